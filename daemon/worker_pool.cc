#include "daemon/worker_pool.hh"

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon/error.hh"
#include "daemon/quiet_write.hh"
#include "daemon/signals.hh"

namespace waymark::daemon {

namespace {

WorkerLimits checked(const WorkerLimits& limits) {
    limits.validate();
    return limits;
}

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

//#region exercise-03
WorkerPool::WorkerPool(Fd listener, WorkerLimits limits, Serve serve, Events events)
    : listener_(std::move(listener)),
      limits_(checked(limits)),
      serve_(std::move(serve)),
      events_(std::move(events)),
      scoreboard_(limits.server_limit) {
    // A client wakes every worker, and one of them gets it. The others must be told "nobody there"
    // and not sleep in accept, where they would hear of no stop.
    set_nonblocking(listener_, true);
}

//#region next-client
// Waits in this thread for the next client; owns nothing when the worker shall take no more. One
// thread of the crew waits here at a time, so that a client wakes one thread a worker, not fifty.
Fd WorkerPool::next_client(Crew& crew) {
    const std::lock_guard turn(crew.turn);
    while (!crew.ended) {
        pollfd ready[] = {{crew.stop.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        if (::poll(ready, 2, -1) == -1) continue;  // interrupted
        if (ready[0].revents != 0) break;
        Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) {
            pause_if_exhausted(errno, crew.stop);
            continue;
        }
        if (++crew.taken == limits_.max_requests_per_child) take_no_more(crew);
        return client;
    }
    take_no_more(crew);
    return Fd();
}
//#endregion next-client

//#region work
void WorkerPool::serve_clients(Crew& crew) {
    scoreboard_.join(crew.slot);
    while (Fd client = next_client(crew)) {
        const Scoreboard::Busy busy(scoreboard_, crew.slot);
        serve_one(std::move(client));
    }
}

// The threads begin here, in the child: fork(2) takes none along.
int WorkerPool::work(std::size_t slot, const Fd& stop) {
    leave_signals_to_the_parent();
    Crew crew{.slot = slot, .stop = stop};
    std::vector<std::thread> threads;
    std::unique_lock turn(crew.turn);  // no client is taken before the crew is complete
    bool complete = true;
    try {
        for (unsigned i = 0; i < limits_.threads_per_child; ++i)
            threads.emplace_back([&] { serve_clients(crew); });
    } catch (const std::system_error& error) {
        print_error("worker: thread", error.what());
        complete = false;
        take_no_more(crew);  // those that were made end; a thread that is not joined is an abort
    }
    turn.unlock();
    for (std::thread& thread : threads) thread.join();
    return complete ? kExitOk : kExitSystem;
}
//#endregion work

//#region start-worker
void WorkerPool::start_worker() {
    const std::size_t slot = free_slot();
    scoreboard_.clear(slot);
    Pipe stop = make_pipe();
    const pid_t pid = children_.start([&] {
        // The writing ends are the parent's alone. A copy of one in a sibling would keep a worker
        // from ever reading the end of its pipe.
        workers_.clear();
        stop.writing.reset();
        return work(slot, stop.reading);
    });
    workers_.emplace(pid, Worker{slot, std::move(stop.writing)});
    if (events_.on_started) events_.on_started(pid);
}
//#endregion start-worker

//#region decide
WorkerOrders WorkerPool::decide(const WorkerLimits& limits, const WorkerCounts& counts,
                                Deadline not_before, Instant now) {
    const unsigned room = limits.server_limit - std::min(counts.workers, limits.server_limit);
    const unsigned too_few = limits.start_servers - std::min(counts.serving, limits.start_servers);
    // The threads of a worker that was just forked will be idle in a moment. Who forgets them
    // starts another worker for them at every look.
    const unsigned spare = counts.idle_threads + counts.coming_threads;
    const unsigned missing = limits.min_spare_threads - std::min(spare, limits.min_spare_threads);
    // Rounded up: the last missing thread, too, needs a whole worker.
    const unsigned crews = (missing + limits.threads_per_child - 1) / limits.threads_per_child;
    if (const unsigned wanted = std::max(too_few, crews); wanted > 0)
        return {.start = not_before.expired(now) ? std::min(wanted, room) : 0, .stop = 0};
    // Those that are coming were needed a moment ago. One at a time: the next look sees what it did.
    const bool too_many = counts.idle_threads > limits.max_spare_threads &&
                          counts.serving > limits.start_servers;
    return {.start = 0, .stop = too_many ? 1U : 0U};
}
//#endregion decide

//#region tend
void WorkerPool::tend(Instant now) {
    bool one_failed = false;
    for (const Children::Ended& ended : children_.reap()) {
        // Success is the end of one that was told to end, or has served its share.
        one_failed |= !ended.status.success();
        bury(ended);
    }
    if (one_failed) back_off_.failed(now);
    const WorkerOrders orders = decide(limits_, counts(), back_off_.not_before(), now);
    try {
        for (unsigned i = 0; i < orders.start; ++i) start_worker();
    } catch (const std::system_error&) {
        back_off_.failed(now);  // no process or no pipe to be had: that may pass
    }
    for (unsigned i = 0; i < orders.stop; ++i) retire_one();
    next_look_ = Deadline::after(kLookEvery, now);
}
//#endregion tend
//#endregion exercise-03

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
