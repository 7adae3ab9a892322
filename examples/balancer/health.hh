// Whether a back end is up, as a table: what happened, and what follows. No socket, no clock of its
// own. One lost probe must not take a server away from its clients, nor one lucky answer give them
// a sick one: so some failures in a row mark it down, and some good probes in a row mark it up
// again.
//
// Failures come from two sides. A probe asks each back end from time to time. A client's connection
// that could not be made counts as well (the passive mark): it is the earlier news under load. What
// a client's connection cannot do is to mark one up: nobody is sent to a back end that is down.
//
// One that a client's connection has marked down is probed at once, and each that is down less and
// less often: a machine that starts again must not be met by a flood of probes of many balancers.

#pragma once

#include <chrono>

#include "daemon/deadline.hh"

namespace waymark::balancer {

class Health {
  public:
    using Instant = daemon::Deadline::Clock::time_point;

    struct Settings {
        int fall = 3;                               // failures in a row that mark it down
        int rise = 2;                               // good probes in a row that mark it up
        std::chrono::milliseconds interval{2'000};  // between probes
        std::chrono::milliseconds longest{30'000};  // the longest pause while it is down
    };

    enum class Change { none, went_down, came_up };

    // Up, until there is other news; the first probe is due at once.
    explicit Health(const Settings& settings, Instant now = daemon::Deadline::Clock::now())
        : settings_(settings), next_probe_(now) {}

    bool is_up() const { return is_up_; }
    // Of probes and connections together; 0 after a success of either.
    int failures() const { return failures_; }

    // A probe has ended. The next one is due an interval later; while it is down, and no probe is
    // good, the pause doubles with each, up to the longest.
    Change probed(bool is_good, Instant now);

    // A client's connection was made, or could not be made. A success forgets failures of one that
    // is up. The failure that marks it down has it probed at once.
    Change connected(bool is_good, Instant now);

    // No probe could be made, for a reason that is ours: nothing is known, and the next one is due.
    void not_probed(Instant now) { next_probe_ = now + settings_.interval; }

    daemon::Deadline next_probe() const { return daemon::Deadline(next_probe_); }

  private:
    Change failed(Instant now);

    Settings settings_;
    bool is_up_ = true;
    int failures_ = 0;        // in a row, while it is up
    int good_probes_ = 0;     // in a row, while it is down
    int probes_in_vain_ = 0;  // in a row, while it is down
    Instant next_probe_;
};

}  // namespace waymark::balancer
