// The receiver's side of the way to the store: what has been decoded goes out in batches, and who
// handed it in waits until the store says that it is on disk.
//
//     const StoreLink::Result result = co_await link.submit(decoded);
//
// A batch leaves at the end of the loop's round if the store has nothing of ours to do. While it
// commits one, the next one grows, and leaves with the answer to the one before, or when it is
// full: nobody waits for a timer, and the busier the server, the larger the batches. What was not
// answered is kept, and sent again to a store that was restarted; storing is idempotent, so a batch
// that was stored and not answered does no harm.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/channel.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "protocol.hh"
#include "services/messages.hh"

namespace waymark::tracker {

class StoreLink {
  public:
    struct Limits {
        // Waiting longer than this for a commit ends in "not durable"; the phone will try again.
        std::chrono::milliseconds patience{8000};
        // More than this unanswered, and new submissions are refused at once.
        std::size_t most_bytes = std::size_t{32} * 1024 * 1024;
    };

    struct Result {
        bool durable = false;
        std::string reason;  // why not, for the answer and the log
    };

    StoreLink(net::EventLoop& loop, Limits limits);
    StoreLink(const StoreLink&) = delete;
    StoreLink& operator=(const StoreLink&) = delete;
    ~StoreLink();

    // A new store has come up, or the first one: everything unanswered is sent to it.
    void connect(daemon::Channel channel);
    bool is_connected() const { return channel_ != nullptr; }

    // Hears the parts of the device directory that the store sends.
    void on_directory(std::function<void(std::string_view part)> handler) {
        on_directory_ = std::move(handler);
    }

    // Hears whether the quarantine takes more.
    void on_room(std::function<void(bool is_left)> listener) { on_room_ = std::move(listener); }

    // Hears what is no part of either, nor an answer (services/receiver_messages).
    void on_other(std::function<void(std::string_view message)> handler) {
        on_other_ = std::move(handler);
    }
    // Says something that needs no answer from here. False if no store is connected.
    bool tell(std::string_view message) { return channel_ != nullptr && channel_->send(message); }

    class Submission;
    // `decoded` must stay in place until the submission has been awaited.
    Submission submit(const Decoded& decoded);

    std::size_t unanswered_bytes() const { return unanswered_bytes_; }

  private:
    // One message to the store, from its first item until its answer.
    struct Outgoing {
        Ticket ticket = 0;
        std::string message;
        daemon::Deadline deadline;
        std::vector<Submission*> waiting;
        bool sent = false;
    };

    bool take(Submission& submission);
    template <class Value>
    bool put(const Value& value, Submission& submission);
    Outgoing& open_batch(bool fresh);
    void forget(Submission& submission);
    void flush();
    bool is_due(const Outgoing& outgoing) const;
    void send(Outgoing& outgoing);
    void heard(std::string_view message);
    void answered(const Answer& answer);
    void settle(Outgoing& outgoing, bool durable, std::string_view reason);
    void drop_settled();
    void give_up_on_late();

    net::EventLoop& loop_;
    Limits limits_;
    net::Timer late_;
    std::unique_ptr<net::ChannelLink> channel_;
    std::function<void(std::string_view)> on_directory_;
    std::function<void(bool)> on_room_;
    std::function<void(std::string_view)> on_other_;
    Ticket next_ticket_ = 1;
    std::deque<Outgoing> unanswered_;  // in the order of their tickets, without gaps
    std::size_t unanswered_bytes_ = 0;
    std::size_t in_flight_ = 0;  // sent to this store and not answered
    std::vector<std::string> spare_buffers_;
};

class StoreLink::Submission {
  public:
    Submission(StoreLink& link, const Decoded& decoded) : link_(link), decoded_(decoded) {}
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;
    ~Submission() {
        if (batches_left_ > 0) link_.forget(*this);
    }

    bool await_ready() { return decoded_.empty() || !link_.take(*this); }
    void await_suspend(std::coroutine_handle<> coroutine) { resumable_.coroutine = coroutine; }
    Result await_resume() { return std::move(result_); }

  private:
    friend class StoreLink;

    StoreLink& link_;
    const Decoded& decoded_;
    Result result_{true, {}};
    int batches_left_ = 0;
    Ticket first_ticket_ = 0;
    net::EventLoop::Resumable resumable_;
};

inline StoreLink::Submission StoreLink::submit(const Decoded& decoded) {
    return Submission(*this, decoded);
}

}  // namespace waymark::tracker
