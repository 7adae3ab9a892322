#include "workers.hh"

#include <fmt/core.h>

#include <utility>

#include "daemon/error.hh"
#include "daemon/worker_pool.hh"
#include "echo.hh"

namespace waymark::echo {

void serve_by_workers(const char* name, const Options& options, unsigned processes,
                      unsigned threads) {
    daemon::WorkerLimits limits;
    limits.start_servers = limits.server_limit = processes;
    limits.threads_per_child = threads;
    limits.min_spare_threads = 0;  // always as many as there are now
    limits.max_spare_threads = processes * threads;
    limits.grace = kGrace;

    const net::Listener listener = listen_at(options);
    daemon::WorkerPool::Events events;
    events.on_started = [&, is_up = false](pid_t) mutable {
        if (!std::exchange(is_up, true)) tell_address(listener);
    };
    events.on_ended = [&](pid_t worker, daemon::ExitStatus status) {
        if (!status.success())
            daemon::print_error(name, fmt::format("worker {}: {}", worker, status.describe()));
    };
    daemon::WorkerPool(
        listener.fd().duplicate(), limits, [](Fd client) { echo_back(client); }, events)
        .run();
}

}  // namespace waymark::echo
