// Removes what is older than the days for which a device's positions are kept (store/retention):
// when the server starts, at once when somebody has changed the days, and then once a day. Some
// thousand rows at a time, between the transactions of the phones, and then a pause at least as
// long as it took. What was under way when the server stopped goes on when it starts.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "store/retention.hh"
#include "store/store.hh"

namespace waymark::tracker {

class RetentionRun {
  public:
    // All must outlive it.
    RetentionRun(net::EventLoop& loop, Store& store, daemon::Log& log);
    RetentionRun(const RetentionRun&) = delete;
    RetentionRun& operator=(const RetentionRun&) = delete;

    // The days of a device may have changed.
    void look();
    // Does a step if it is time for one; between transactions only. True at the end of a run that
    // has removed something: what was announced is not what is stored.
    bool step_if_due();

    static constexpr std::chrono::milliseconds kAfterFailure{600'000};
    static constexpr std::chrono::hours kEvery{24};

  private:
    struct Gone {
        std::string name;
        std::int64_t rows = 0;
    };

    bool step();
    void note_end();

    net::EventLoop& loop_;
    Store& store_;
    daemon::Log& log_;
    std::map<DeviceNumber, Gone> gone_;  // in this run, for the logs
    bool is_due_ = false;
    net::Timer timer_;
};

}  // namespace waymark::tracker
