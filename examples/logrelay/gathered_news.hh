// When clients are told that there are messages. A write for each message and client would be all
// that a busy relay does: with a hundred clients the kernel's work for a write is more than ours.
// So messages that come close together are told of together.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "message_ring.hh"
#include "net/event_loop.hh"
#include "net/timer_queue.hh"

namespace waymark::logrelay {

class GatheredNews {
  public:
    // Nobody is told later than so much after a message has come, but for the loop's own rounding
    // (a millisecond) and the work of its round.
    static constexpr std::chrono::milliseconds kPause{2};
    // Bytes of messages that go out in one write: when they are there, nothing is waited for.
    static constexpr std::size_t kPiece = 16 * 1024;

    // Both must outlive it. `tell` is called on the loop.
    GatheredNews(net::EventLoop& loop, const MessageRing& ring, std::function<void()> tell);

    // The ring has messages that it had not. Tells at once if nobody was told in the last kPause,
    // if a piece waits, or if a quarter of what the ring may keep, so that a client has the rest of
    // it left to be behind in.
    void add();

  private:
    void tell_now();
    bool is_enough() const;

    net::EventLoop& loop_;
    const MessageRing& ring_;
    std::function<void()> tell_;
    net::Timer timer_;
    // When it was last told, and of what.
    daemon::Deadline may_tell_again_;
    std::uint64_t told_messages_;
    std::uint64_t told_bytes_;
};

}  // namespace waymark::logrelay
