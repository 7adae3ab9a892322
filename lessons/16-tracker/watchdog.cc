#include "watchdog.hh"

#include <string>

namespace waymark::tracker {

using daemon::Deadline;

namespace {
// Rounds in each of the manager's intervals: one that comes late, on a busy machine, is no reason
// to end the server.
constexpr int kRounds = 4;
// How long a round waits, of the manager's interval: a store whose PostgreSQL does not answer takes
// some seconds for each try and is alive all the same. With the pause before the round it is three
// quarters of the interval.
constexpr int kPatiencePart = 2;
}  // namespace

Watchdog::Watchdog(net::EventLoop& loop, ServiceGroup& services, daemon::Readiness& readiness,
                   daemon::Log& log, std::optional<std::chrono::microseconds> interval)
    : loop_(loop),
      services_(services),
      readiness_(readiness),
      log_(log),
      interval_(interval),
      next_(loop.timers(), [this] { rounds_.start(ask()); }) {}

void Watchdog::start() {
    if (interval_) ask_again();
}

void Watchdog::ask_again() {
    next_.set(Deadline::after(*interval_ / kRounds, loop_.now()));
}

net::Task<void> Watchdog::ask() {
    const std::string silent = co_await services_.silent_services(
        std::chrono::duration_cast<std::chrono::milliseconds>(*interval_ / kPatiencePart));
    if (silent.empty())
        readiness_.alive();
    else
        log_.warning("no answer from: {}; the service manager is not told that all is well",
                     silent);
    ask_again();
}

}  // namespace waymark::tracker
