// Removes what is older than the days for which a device's positions are kept (store/retention),
// and then thins out what is to be thinned out (store/thinning): when the server starts, at once
// when somebody has changed a rule, and then once a day. Some thousand rows at a time, between the
// transactions of the phones, and then a pause at least as long as it took. What was under way when
// the server stopped goes on when it starts.
//
// What goes is gone for good, and the system's clock says what: one that is a year ahead, as that
// of a machine without a battery may be until it has heard a time server, makes everything old. So
// where the clock has gone further than time has passed, by kJump, and at the start where it is
// kUnheard ahead of the last word of any device, nothing goes for kSettle; then it is believed.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "store/retention.hh"
#include "store/store.hh"
#include "store/thinning.hh"

namespace waymark::tracker {

class RetentionRun {
  public:
    // The system's, or what a test has instead.
    struct Clocks {
        std::function<UnixMillis()> now;
        std::function<std::chrono::milliseconds()> since_boot;  // also while it was suspended
    };
    static Clocks clocks_of_the_system();

    // All must outlive it.
    RetentionRun(net::EventLoop& loop, Store& store, daemon::Log& log,
                 Clocks clocks = clocks_of_the_system());
    RetentionRun(const RetentionRun&) = delete;
    RetentionRun& operator=(const RetentionRun&) = delete;

    // The rules of a device may have changed.
    void look();
    // Does a step if it is time for one; between transactions only. True at the end of a run that
    // has removed something: what was announced is not what is stored.
    bool step_if_due();

    static constexpr std::chrono::milliseconds kAfterFailure{600'000};
    static constexpr std::chrono::hours kEvery{24};
    static constexpr std::chrono::hours kJump{1};
    static constexpr std::chrono::hours kUnheard{24};
    static constexpr std::chrono::hours kSettle{1};

  private:
    struct Gone {
        std::string name;
        std::int64_t rows = 0;
        std::int64_t thinned_out = 0;
    };

    // How long the clock is not believed from now on; zero or less: it is.
    std::chrono::milliseconds doubt();
    UnixMillis latest_that_is_likely(std::chrono::milliseconds since_boot);
    bool step();
    void note_gone(DeviceNumber device, const std::string& name, std::int64_t Gone::*what,
                   std::int64_t rows);
    void note_end();

    net::EventLoop& loop_;
    Store& store_;
    daemon::Log& log_;
    const Clocks clocks_;
    // When the clock was looked at last, by both; nothing before the first time.
    std::optional<UnixMillis> looked_now_;
    std::chrono::milliseconds looked_since_boot_{};
    std::chrono::milliseconds doubted_until_{};  // since boot
    std::map<DeviceNumber, Gone> gone_;          // in this run, for the logs
    Thinning::Walk walk_;
    bool is_due_ = false;
    net::Timer timer_;
};

}  // namespace waymark::tracker
