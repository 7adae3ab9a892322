// The design with processes: they have a crew of threads each, and a thread has one client at a
// time (daemon/worker_pool). Who accepts is each of them, so each address has workers of its own.
// It costs more than an event loop, and can less: who reads slowly holds a thread. What it gains is
// that a process that crashes takes its own clients along and no others, and that another one is
// started.

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/children.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "daemon/worker_pool.hh"
#include "designs.hh"
#include "entrance.hh"
#include "net/socket_options.hh"
#include "orphans.hh"

namespace waymark::httpd {

namespace {

using daemon::Deadline;
using daemon::ExitStatus;
using daemon::WorkerLimits;
using daemon::WorkerPool;
using Pools = std::vector<std::unique_ptr<WorkerPool>>;

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

// Plain where it arrived as IPv6. Nothing if it has gone since it was accepted: that is no error.
std::optional<net::Address> peer_of(const daemon::Fd& client) {
    try {
        return net::peer_address(client).unmapped();
    } catch (const std::system_error& error) {
        if (error.code().value() != ENOTCONN) throw;
        return std::nullopt;
    }
}

// A thread keeps its loop and its files from client to client.
void serve_client(Shared& shared, Entrance& entrance, daemon::Fd client) {
    thread_local Worker worker(shared);
    const std::optional<net::Address> peer = peer_of(client);
    if (!peer) return;
    const std::optional<Entrance::Place> place = entrance.enter(*peer);
    if (place) worker.serve(std::move(client), *peer);
}

// One that is told to end while it begins has no handler for SIGTERM yet, and no client either.
void report_end(Logs& logs, pid_t worker, ExitStatus status, bool is_stopping) {
    const bool was_told = is_stopping && status.killed() && status.signal() == SIGTERM;
    if (!status.success() && !was_told)
        logs.say(daemon::Severity::error, fmt::format("worker {}: {}", worker, status.describe()));
}

// False once the end was asked for.
bool hear(daemon::SignalDescriptor& signals, Shared& shared) {
    while (const std::optional<int> signal = signals.next()) {
        if (*signal == SIGTERM || *signal == SIGINT) return false;
        if (*signal == SIGHUP) shared.reload();
    }
    return true;
}

void tend(const Pools& pools) {
    for (const auto& pool : pools) pool->tend();
}

void end_orphans_of(const Pools& pools) {
    std::vector<pid_t> ours;
    for (const auto& pool : pools)
        for (const pid_t worker : pool->pids()) ours.push_back(worker);
    end_orphans(ours);
}

Deadline next_look(const Pools& pools) {
    Deadline next = Deadline::never();
    for (const auto& pool : pools) next = std::min(next, pool->next_look());
    return next;
}

void end_at_once(const std::vector<daemon::Fd>& workers) {
    for (const daemon::Fd& worker : workers)
        ::syscall(SYS_pidfd_send_signal, worker.get(), SIGKILL, nullptr, 0);
}

// All at the same time: each waits for its own workers. Meanwhile this thread hears whether it is
// asked again.
void drain(const Pools& pools, Deadline deadline, daemon::SignalDescriptor& signals) {
    std::vector<daemon::Fd> workers;  // their numbers may be somebody else's once they are buried
    for (const auto& pool : pools)
        for (const pid_t worker : pool->pids()) workers.push_back(daemon::open_process(worker));
    daemon::Pipe done = daemon::make_pipe();
    const std::jthread waiting([&pools, &done, deadline] {
        std::vector<std::jthread> threads;
        for (const auto& pool : pools)
            threads.emplace_back([&pool, deadline] { pool->drain(deadline); });
        threads.clear();  // waits for them
        done.writing.reset();
    });
    std::array<pollfd, 2> ready{pollfd{done.reading.get(), POLLIN, 0},
                                pollfd{signals.fd().get(), POLLIN, 0}};
    while (ready[0].revents == 0) {
        ::poll(ready.data(), ready.size(), -1);
        while (const std::optional<int> signal = signals.next())
            if (*signal == SIGTERM || *signal == SIGINT) end_at_once(workers);
    }
}

}  // namespace

void serve_by_processes(Shared& shared, const std::vector<net::Listener>& listeners,
                        const WhenUp& when_up) {
    { const Worker first(shared); }  // so that a root that is not there is told now, and once
    Entrance entrance(shared.options, shared.logs);
    const WorkerLimits limits = worker_limits(shared.options);
    inherit_orphans();
    bool is_stopping = false;
    Pools pools;
    for (const net::Listener& listener : listeners)
        pools.push_back(std::make_unique<WorkerPool>(
            listener.fd().duplicate(), limits,
            [&](daemon::Fd client) { serve_client(shared, entrance, std::move(client)); },
            WorkerPool::Events{.on_started = {}, .on_ended = [&](pid_t worker, ExitStatus status) {
                                   report_end(shared.logs, worker, status, is_stopping);
                               }}));
    daemon::SignalDescriptor signals{SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    tend(pools);
    when_up();
    while (hear(signals, shared)) {
        tend(pools);
        end_orphans_of(pools);
        pollfd ready{signals.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, next_look(pools).poll_timeout());
    }
    is_stopping = true;
    drain(pools, Deadline::after(limits.grace), signals);
    end_orphans({});
    // Who was impatient and asked again would end the program where the mask opens.
    while (signals.next()) {
    }
}

}  // namespace waymark::httpd
