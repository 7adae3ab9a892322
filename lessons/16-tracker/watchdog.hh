// Tells the service manager that the server is alive, as long as it is: each service that should
// run is asked for its counters, and only when all have answered the manager hears of it. A store
// that waits for a disk for ever is then a server that is started again, and not one that takes
// phones' calls and answers none.

#pragma once

#include <chrono>
#include <optional>

#include "daemon/daemonize.hh"
#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "net/task_group.hh"
#include "net/timer_queue.hh"
#include "services/service_group.hh"

namespace waymark::tracker {

class Watchdog {
  public:
    // `interval` is the manager's (daemon/watchdog); without one it does nothing. The others must
    // outlive it.
    Watchdog(net::EventLoop& loop, ServiceGroup& services, daemon::Readiness& readiness,
             daemon::Log& log, std::optional<std::chrono::microseconds> interval);

    // To be called when the server is up: the manager counts from then on.
    void start();

  private:
    void ask_again();
    net::Task<void> ask();

    net::EventLoop& loop_;
    ServiceGroup& services_;
    daemon::Readiness& readiness_;
    daemon::Log& log_;
    std::optional<std::chrono::microseconds> interval_;
    net::Timer next_;
    net::TaskGroup rounds_;
};

}  // namespace waymark::tracker
