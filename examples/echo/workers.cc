#include "workers.hh"

#include <fmt/core.h>
#include <signal.h>

#include <utility>

#include "daemon/error.hh"
#include "daemon/worker_pool.hh"
#include "echo.hh"

namespace waymark::echo {

void serve_by_workers(const char* name, const Listener& listener, unsigned processes,
                      unsigned threads) {
    daemon::WorkerLimits limits;
    limits.start_servers = limits.server_limit = processes;
    limits.threads_per_child = threads;
    limits.min_spare_threads = 0;  // always as many as there are now
    limits.max_spare_threads = processes * threads;
    limits.grace = kGrace;

    daemon::WorkerPool::Events events;
    events.on_started = [&, is_up = false](pid_t) mutable {
        if (!std::exchange(is_up, true)) tell_address(listener);
    };
    bool is_stopping = false;
    events.on_stopping = [&] { is_stopping = true; };
    unsigned cut = 0;
    events.on_ended = [&](pid_t worker, daemon::ExitStatus status) {
        if (is_stopping && status.killed() && status.signal() == SIGKILL)
            ++cut;
        else if (!status.success())
            daemon::print_error(name, fmt::format("worker {}: {}", worker, status.describe()));
    };
    daemon::WorkerPool(
        listener.fd().duplicate(), limits, [](Fd client) { echo_back(client); }, events)
        .run();
    if (cut > 0)
        daemon::print_error(name,
                            fmt::format("{} of {} workers had a client that did not go within "
                                        "{} s, and were ended",
                                        cut, processes, limits.grace.count()));
}

}  // namespace waymark::echo
