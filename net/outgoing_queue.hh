// What waits for one client that reads more slowly than messages come, on an event loop. A server
// that writes to it at once blocks, and everybody waits for the slowest. One that keeps whatever
// does not fit runs out of memory. One that resumes the writer before the socket has taken its bytes
// takes them as written, and the next message begins in the middle of this one.
//
// So a client has a queue of whole messages, bounded, and the loop empties it when the socket is
// ready. What finds no room is dropped, whole and counted, and the client is told in its own stream,
// at the place where something is missing. Dropped is the newest: what waits already is in order.
//
// It writes only. A peer's bytes are not read, so that it has finished sending is not noticed, and
// over TCP one that has closed looks the same until something is sent to it. A connection that is
// broken is noticed (EPOLLHUP, EPOLLERR). One thread, that of the loop, which must outlive the
// queue.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "daemon/fd.hh"
#include "net/event_loop.hh"
#include "net/timer_queue.hh"

namespace waymark::net {

class OutgoingQueue final : private EventLoop::Watcher {
  public:
    // So many messages are finished at most each time that the socket is ready. Then the others have
    // their turn: a client that reads as fast as we write must not keep the loop to itself.
    static constexpr int kMessagesPerTurn = 16;

    struct Limits {
        std::size_t messages = 1000;     // that wait, at least 1; one of which a part is sent counts
        std::size_t bytes = 1024 * 1024;  // of them that the kernel has not taken
        std::chrono::milliseconds patience{30'000};  // for a client that takes nothing
    };

    enum class End {
        broken,    // the connection is gone, or the system refuses to send
        too_slow,  // something is to be sent; in `patience` nothing was, and no gap's notice queued
    };

    struct Calls {
        // The message that tells the client how many were dropped here. Not empty, and queued
        // whatever its size: at most half of Limits::bytes, or less is left for the messages. Must
        // not push. What it throws comes out of the loop, and the gap is still to be told.
        std::function<std::string(std::size_t dropped)> notice;
        // There is room again. May push.
        std::function<void()> on_room = [] {};
        // This client is served no more. May destroy the queue, and go on.
        std::function<void(End)> on_end = [](End) {};
    };

    // The socket is a stream, blocking or not; its mode and options are left as they are. Throws
    // std::system_error (epoll_ctl(2)).
    OutgoingQueue(EventLoop& loop, daemon::Fd socket, Limits limits, Calls calls);
    // Leaves the loop, then closes the socket. What waits is not sent. TCP resets the connection
    // where the peer has sent something, which nobody reads here: then it may also lose what the
    // kernel had taken (RFC 2525, 2.17).
    ~OutgoingQueue();
    OutgoingQueue(const OutgoingQueue&) = delete;
    OutgoingQueue& operator=(const OutgoingQueue&) = delete;

    // True: it waits behind those that were pushed before, and goes out whole and once, unless the
    // connection ends. False: it is dropped. Nothing is sent here and nobody is called, so whoever
    // pushes to a hundred clients does so without a surprise.
    //
    // Dropped is what would exceed a limit, and then all that follows, until the loop has found not
    // more than half of either limit waiting. That is one gap and not many. It then puts the notice
    // into the queue, as a message like the others, and calls on_room(): once for each gap.
    //
    // A message without bytes is true, also in a gap, and nothing is sent. After the end all are
    // dropped, that one too.
    bool push(std::string message);

    // What waits; after the end, what was not sent.
    std::size_t messages() const { return waiting_.size(); }
    std::size_t bytes() const { return bytes_; }

    // False after the end. The socket is closed before on_end() is called.
    bool is_open() const { return static_cast<bool>(socket_); }

  private:
    // Sends what the socket takes, at most a turn; looks whether there is room again. A part that
    // was sent stays sent: the rest goes first at the next turn. EAGAIN and EINTR mean "later", any
    // other error is the end of this client. No SIGPIPE. False if nothing was done.
    bool on_ready(std::uint32_t events) override;
    bool send_turn();  // false: the connection is broken

    // Behind whatever changes what waits. The loop is asked for EPOLLOUT while there is something to
    // send or to tell, and only then: a socket has room nearly always. The patience begins when that
    // begins, and ends with it.
    void watch();
    // Leaves the loop, closes, and calls on_end, in this order: on_end may destroy this object.
    void end(End why);
    // The patience is over. Calls on_ready() once more, and end() if nothing was done.
    void lose_patience();

    EventLoop& loop_;
    daemon::Fd socket_;
    Limits limits_;
    Calls calls_;
    std::deque<std::string> waiting_;
    std::size_t sent_of_first_ = 0;  // bytes of waiting_.front() that the kernel has
    std::size_t bytes_ = 0;
    std::size_t dropped_ = 0;  // since the last notice; not 0: nothing is taken
    bool is_watching_ = false;  // the loop is asked for EPOLLOUT
    Timer patience_;            // calls lose_patience()
};

}  // namespace waymark::net
