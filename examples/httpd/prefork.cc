#include "prefork.hh"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "daemon/error.hh"
#include "daemon/worker_pool.hh"
#include "worker.hh"

namespace waymark::httpd {

namespace {

using daemon::ExitStatus;
using daemon::WorkerLimits;
using daemon::WorkerPool;

// Always as many as were asked for: none is started before it is needed, and none is stopped.
WorkerLimits worker_limits(const Options& options) {
    WorkerLimits limits;
    limits.start_servers = options.workers;
    limits.server_limit = options.workers;
    limits.threads_per_child = options.threads;
    limits.min_spare_threads = 0;
    limits.max_spare_threads = options.workers * options.threads;
    limits.grace = std::chrono::ceil<std::chrono::seconds>(options.stop_timeout);
    return limits;
}

// A thread keeps its loop and its files from client to client.
void serve_client(const Options& options, daemon::Fd client) {
    thread_local Worker worker(options);
    worker.serve(std::move(client));
}

void report_end(pid_t worker, ExitStatus status) {
    if (!status.success())
        daemon::print_error("httpd", fmt::format("worker {}: {}", worker, status.describe()));
}

}  // namespace

void serve_by_processes(const Options& options, const net::Listener& listener,
                        const std::function<void()>& when_up) {
    Options each = options;
    // A thread that waits for the next request of one client serves nobody else meanwhile.
    each.limits.requests = 1;
    { const Worker first(each); }  // so that a root that is not there is told now, and once
    WorkerPool pool(listener.fd().duplicate(), worker_limits(options),
                    [&each](daemon::Fd client) { serve_client(each, std::move(client)); },
                    {.on_started =
                         [&when_up, is_up = false](pid_t) mutable {
                             if (!std::exchange(is_up, true)) when_up();
                         },
                     .on_ended = report_end});
    pool.run();
}

}  // namespace waymark::httpd
