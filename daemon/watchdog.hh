// How often a service manager wants to hear that a service is alive (sd_watchdog_enabled(3)). It
// ends a service that is silent for that long and starts it again: a process that hangs is still a
// process, and nothing else would notice.
//
// The manager says so in the environment: WATCHDOG_USEC are microseconds, WATCHDOG_PID is the
// process that is meant. Tell it Readiness::alive() (daemon/daemonize) a few times in each
// interval, and only after a look at what the service is for: a timer that tells it by itself
// proves that timers work.

#pragma once

#include <chrono>
#include <optional>

namespace waymark::daemon {

// The manager's interval; nothing if there is none, or if it is for another process. Takes both
// variables out of the environment, so that no child takes them for its own. Throws UsageError,
// which names the variable, for what is no number, or no interval.
std::optional<std::chrono::microseconds> take_watchdog_interval();

}  // namespace waymark::daemon
