// The parts of worker_pool.hh that worker_pool.cc is put together from: what a worker does with
// signals, errors and its share, and what the parent knows of all of them.

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "daemon/quiet_write.hh"
#include "daemon/signals.hh"
#include "daemon/worker_pool.hh"

namespace waymark::daemon {

namespace {

constexpr std::chrono::milliseconds kExhaustedPause{100};

// For the handlers of a worker, which are given nothing but a number.
std::atomic<pid_t> parent_of_worker = 0;
std::atomic<unsigned> grace_in_seconds = 0;

// The kernel sends it to a worker whose parent has died. The pipe says the same, but while all
// threads serve nobody reads it. Not SIGTERM, which a drain sends, too: a handler interrupts a
// wait.
constexpr int kParentDied = SIGUSR2;
void hear_end_of_parent(int) {
    if (::getppid() != parent_of_worker) ::alarm(grace_in_seconds);
}

// The end of the grace is an end in good order: its client was at fault, and the next worker may
// start at once.
void hear_alarm(int) {
    write_quietly(STDERR_FILENO, "worker: a client kept it longer than its grace\n");
    ::_exit(kExitOk);
}

}  // namespace

WorkerPool::WorkerPool(Fd listener, WorkerLimits limits, Serve serve)
    : WorkerPool(std::move(listener), limits, std::move(serve), Events()) {}

void WorkerPool::bury(const Children::Ended& ended) {
    workers_.erase(ended.pid);
    if (events_.on_ended) events_.on_ended(ended.pid, ended.status);
}

// The one with the fewest clients, so that least waits for its end.
void WorkerPool::retire_one() {
    const auto clients_of = [this](const Worker& worker) {
        return worker.stop ? scoreboard_.read(worker.slot).busy : limits_.threads_per_child + 1;
    };
    const auto chosen = std::ranges::min_element(
        workers_, {}, [&](const auto& pair) { return clients_of(pair.second); });
    if (chosen != workers_.end()) chosen->second.stop.reset();
}

std::size_t WorkerPool::free_slot() const {
    std::vector<bool> taken(scoreboard_.size());
    for (const auto& [pid, worker] : workers_) taken[worker.slot] = true;
    const auto free = std::ranges::find(taken, false);
    assert(free != taken.end());  // more workers than the limit
    return static_cast<std::size_t>(free - taken.begin());
}

// Ctrl-C reaches every process of the terminal, and a service manager signals the whole group; a
// worker that ended by that would drop its clients. A write to a client that is gone is an error,
// not the end.
void WorkerPool::leave_signals_to_the_parent() const {
    parent_of_worker = ::getppid();
    grace_in_seconds = static_cast<unsigned>(limits_.grace.count());
    const auto set = [](int signal, void (*handler)(int)) {
        if (std::signal(signal, handler) == SIG_ERR) fail(errno, "signal");
    };
    set(SIGALRM, hear_alarm);
    set(kParentDied, hear_end_of_parent);
    check(::prctl(PR_SET_PDEATHSIG, kParentDied), "prctl PR_SET_PDEATHSIG");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) set(signal, SIG_IGN);
}

// Without descriptors or memory the client stays in the queue and the listener stays readable: who
// asks again at once turns at full speed. Everything else that accept(2) says concerns one client.
void WorkerPool::pause_if_exhausted(int accept_error, const Fd& stop) const {
    switch (accept_error) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: {
            pollfd ended{stop.get(), POLLIN, 0};
            ::poll(&ended, 1, static_cast<int>(kExhaustedPause.count()));
            break;
        }
        case EBADF:
        case EINVAL:
        case ENOTSOCK:
            fail(accept_error, "accept4");
        default:
            break;
    }
}

// From here on the worker has a bounded time: alarm(2) ends it if a client keeps it.
void WorkerPool::take_no_more(Crew& crew) {
    if (std::exchange(crew.ended, true)) return;
    scoreboard_.leave(crew.slot);
    ::alarm(static_cast<unsigned>(limits_.grace.count()));
}

void WorkerPool::serve_one(Fd client) const {
    try {
        serve_(std::move(client));
    } catch (...) {
        print_error(fmt::format("worker {}", ::getpid()), message_of(std::current_exception()));
    }
}

WorkerCounts WorkerPool::counts() const {
    WorkerCounts counts;
    for (const auto& [pid, worker] : workers_) {
        const Scoreboard::Score score = scoreboard_.read(worker.slot);
        ++counts.workers;
        counts.busy_threads += score.busy;
        if (!worker.stop || score.leaving) continue;
        ++counts.serving;
        // The two numbers were not read at the same moment.
        counts.idle_threads += score.crew - std::min(score.busy, score.crew);
        counts.coming_threads += limits_.threads_per_child - score.crew;
    }
    return counts;
}

std::vector<pid_t> WorkerPool::pids() const {
    std::vector<pid_t> pids;
    for (const auto& [pid, worker] : workers_) pids.push_back(pid);
    return pids;
}

void WorkerPool::drain(Deadline deadline) {
    for (auto& [pid, worker] : workers_) worker.stop.reset();
    // They ignore its SIGTERM and are on their way; one that has hardly begun ends by it. Who is
    // late is ended.
    for (const Children::Ended& ended : children_.terminate_all(deadline)) bury(ended);
    workers_.clear();
}

void WorkerPool::run() {
    SignalDescriptor signals{SIGTERM, SIGINT, SIGCHLD};
    while (true) {
        while (const std::optional<int> signal = signals.next()) {
            if (*signal == SIGCHLD) continue;
            if (events_.on_stopping) events_.on_stopping();
            drain(Deadline::after(limits_.grace));
            // Who was impatient and asked again would end the program where the mask opens.
            while (signals.next()) {
            }
            return;
        }
        tend();
        pollfd ready{signals.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, next_look_.poll_timeout());
    }
}

}  // namespace waymark::daemon
