// The store's part of web hooks: hands what is due to the caller (services/hook_caller), and writes
// down what came of it, between the transactions of the phones. Answers that came meanwhile are
// written together, so that a sync carries all of them; and no phone waits for a receiver, nor for
// more than one such step in kBetweenSteps.
//
// A caller that is started anew says so, and is handed again what the one before had not answered.
// What a caller has not answered after kLongestFlight, it is handed again as well.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "services/hook_messages.hh"
#include "store/store.hh"

namespace waymark::tracker {

class HookQueue {
  public:
    // Sends to the receiver of this number.
    using Send = std::function<void(std::uint16_t receiver, std::string_view message)>;

    // Longer than a caller takes that has sixteen slow names to look up.
    static constexpr std::chrono::minutes kLongestFlight{10};

    // All must outlive it.
    HookQueue(net::EventLoop& loop, Store& store, daemon::Log& log, Send send,
              std::chrono::milliseconds longest_flight = kLongestFlight);
    HookQueue(const HookQueue&) = delete;
    HookQueue& operator=(const HookQueue&) = delete;

    // False if the message is of another kind.
    bool takes(std::uint16_t receiver, std::string_view message);
    // Something may be due that was not: an event has been queued, a person has changed a hook.
    void look();
    // Other trackers post from the same database, and one of them may end: from here on looks each
    // minute for what it has left.
    void expect_others() { has_others_ = true; }
    // Does a step if it is time for one; between transactions only. True if it wrote something.
    bool step_if_due();

    static constexpr std::size_t kMostAtOnce = 16;
    static constexpr std::chrono::milliseconds kBetweenSteps{50}, kAfterFailure{10'000};

  private:
    struct InFlight {
        std::int64_t post = 0;
        HookNumber hook = 0;
        daemon::Deadline given_up;
    };

    struct Work {
        std::vector<HookPost> posts;
        std::optional<UnixMillis> next_ms;
    };

    void plan(std::chrono::milliseconds pause);
    std::string in_transaction(Work& work);
    void do_work(Connection& connection, Work& work);

    net::EventLoop& loop_;
    Store& store_;
    daemon::Log& log_;
    Send send_;
    std::chrono::milliseconds longest_flight_;
    std::optional<std::uint16_t> caller_;  // nobody posts without one
    std::vector<InFlight> in_flight_;
    std::vector<HookAnswer> answers_;
    daemon::Deadline planned_ = daemon::Deadline::never();
    bool has_others_ = false;
    bool is_due_ = false;
    bool gives_back_ = false;  // what a caller that is gone had
    net::Timer timer_;
};

}  // namespace waymark::tracker
