// A client of the queue, as a case plays it: the other end of the socket, what was pushed, and what
// came of it. What the kernel has taken is known to the byte (FIONREAD of the peer's end), so a
// case need not know by which call, or in how many, the learner's code sends.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "advice.hh"
#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "lessons/course/check/story.hh"
#include "net/event_loop.hh"
#include "net/outgoing_queue.hh"

namespace waymark::course::check {

using daemon::Deadline;
using daemon::Fd;
using net::EventLoop;
using net::OutgoingQueue;
using std::chrono::milliseconds;
using End = OutgoingQueue::End;
using Limits = OutgoingQueue::Limits;

class Client {
  public:
    // A small socket takes a few thousand bytes, another one about 200,000.
    explicit Client(EventLoop& loop, Limits limits = {}, bool small_socket = false);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    OutgoingQueue& queue() { return *queue_; }
    // What it says is noted, and a message that it takes is expected to come.
    bool push(const std::string& message);
    void destroy() { queue_.reset(); }

    // The peer reads, at most so much, and looks: is what has come by now what was pushed?
    void read(std::size_t most = static_cast<std::size_t>(-1));
    const std::string& came() const { return came_; }
    std::size_t taken() const;  // by the kernel
    // Nothing reads there any more, and the kernel takes not one byte.
    void fill();
    void hang_up() { peer_.reset(); }
    void finish_sending();
    // True when all was sent and we have hung up.
    bool sees_the_end();

    // messages() and bytes() are what the kernel has not taken.
    void expect_counts();
    std::size_t messages_left() const;
    std::size_t bytes_left() const;

    // As the loop knows it: 0 events is "watched for nothing", -1 "not at all".
    long asked_for() const;
    void expect_asked(bool for_room);

    std::vector<std::size_t> notices;  // of each: how many it said were dropped
    int rooms = 0;
    std::vector<End> ends;
    std::string name_at_end;
    // How the next notices are: so much longer, or made in vain.
    std::size_t longer_notice = 0;
    bool notice_throws = false;
    std::function<void()> at_room = [] {};
    std::function<void(End)> at_end = [](End) {};
    // A second descriptor of the queue's socket: the same open file, which so stays open.
    Fd kept;

  private:
    void expect_message(const std::string& text);
    void expect_as_pushed(std::size_t looked_at) const;
    bool begins_at(std::size_t place, std::size_t first, std::size_t end) const;
    bool repeats_at(std::size_t place, std::size_t begin) const;

    Fd peer_;
    int number_ = -1;
    std::size_t filled_ = 0;
    std::string came_;
    std::string expected_;             // of whole messages
    std::vector<std::size_t> begins_;  // of each of them in it
    std::unique_ptr<OutgoingQueue> queue_;
};

// A message of this length (at least 10 bytes) that is like no other.
std::string message(int number, std::size_t length = 10);

// One round of the loop, which does not wait.
void round(EventLoop& loop);
void rounds(EventLoop& loop, int count);
// Twenty of them: time enough also for who sends one message a turn.
void settle(EventLoop& loop);

std::string name_of(const std::vector<End>& ends);
void expect_end(const Client& client, End why, const Causes& causes);
void expect_no_end(const Client& client, const Causes& causes);

// Out of the loop, although its open file lives on.
void expect_left(Client& client);
void expect_ended(Client& client, End why, const Causes& causes);
// Waits in the loop, as long as time is made to pass. What a timer throws comes out of it.
void pass(EventLoop& loop, milliseconds time, const Causes& thrown = kFatal);

}  // namespace waymark::course::check
