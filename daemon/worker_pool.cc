#include "daemon/worker_pool.hh"

#include <fmt/core.h>
#include <poll.h>
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
#include "daemon/signals.hh"

namespace waymark::daemon {

namespace {

WorkerLimits checked(const WorkerLimits& limits) {
    limits.validate();
    return limits;
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

// Waits in this thread for the next client; owns nothing when the worker shall take no more. One
// thread of the crew waits here at a time, so that a client wakes one thread a worker, not fifty.
//#region next-client
Fd WorkerPool::next_client(Crew& crew) {
    const std::lock_guard turn(crew.turn);  //@ 1
    while (!crew.ended) {
        pollfd ready[] = {{crew.stop.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};  //@ 2..
        if (::poll(ready, 2, -1) == -1) continue;
        if (ready[0].revents != 0) break;                                       //@ ..2
        Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));  //@ 3
        if (!client) {                                                          //@ 4..
            pause_if_exhausted(errno, crew.stop);
            continue;
        }                                                                        //@ ..4
        if (++crew.taken == limits_.max_requests_per_child) take_no_more(crew);  //@ 5
        return client;
    }
    take_no_more(crew);
    return Fd();
}
//#endregion next-client

//#region serve-clients
void WorkerPool::serve_clients(Crew& crew) {
    scoreboard_.join(crew.slot);
    while (Fd client = next_client(crew)) {
        const Scoreboard::Busy busy(scoreboard_, crew.slot);
        serve_one(std::move(client));
    }
}
//#endregion serve-clients
//#region work
// The threads begin here, in the child: fork(2) takes none along.
int WorkerPool::work(std::size_t slot, const Fd& stop) {
    leave_signals_to_the_parent();          //@ 1
    Crew crew{.slot = slot, .stop = stop};  //@ 2..
    std::vector<std::thread> threads;
    std::unique_lock turn(crew.turn);  // no client before the crew is complete
    bool complete = true;
    try {
        for (unsigned i = 0; i < limits_.threads_per_child; ++i)
            threads.emplace_back([&] { serve_clients(crew); });  //@ ..2
    } catch (const std::system_error& error) {
        print_error("worker: thread", error.what());
        complete = false;
        take_no_more(crew);  // those that were made end, and are joined
    }
    turn.unlock();
    for (std::thread& thread : threads) thread.join();  //@ 3
    return complete ? kExitOk : kExitSystem;
}
//#endregion work

//#region start-worker
void WorkerPool::start_worker() {
    const std::size_t slot = free_slot();
    scoreboard_.clear(slot);
    Pipe stop = make_pipe();                 //@ 1
    const pid_t pid = children_.start([&] {  //@ 2
        // The writing ends are the parent's alone. A copy of one in a sibling would
        // keep a worker from ever reading the end of its pipe.
        workers_.clear();      //@ 3..
        stop.writing.reset();  //@ ..3
        return work(slot, stop.reading);
    });
    workers_.emplace(pid, Worker{slot, std::move(stop.writing)});  //@ 4
    if (events_.on_started) events_.on_started(pid);
}
//#endregion start-worker

WorkerOrders WorkerPool::decide(const WorkerLimits& limits, const WorkerCounts& counts,
                                Deadline not_before, Instant now) {
    //#region decide
    const unsigned room =                                                       //@ 1..
        limits.server_limit - std::min(counts.workers, limits.server_limit);    //@ ..1
    const unsigned too_few =                                                    //@ 2..
        limits.start_servers - std::min(counts.serving, limits.start_servers);  //@ ..2
    // The threads of a worker that was just forked will be idle soon. Who forgets
    // them starts another worker for them at every look.
    const unsigned spare = counts.idle_threads + counts.coming_threads;  //@ 3..
    const unsigned missing =
        limits.min_spare_threads - std::min(spare, limits.min_spare_threads);  //@ ..3
    // Rounded up: the last missing thread, too, needs a whole worker.
    const unsigned crews =                                                                  //@ 4..
        (missing + limits.threads_per_child - 1) / limits.threads_per_child;                //@ ..4
    if (const unsigned wanted = std::max(too_few, crews); wanted > 0)                       //@ 5..
        return {.start = not_before.expired(now) ? std::min(wanted, room) : 0, .stop = 0};  //@ ..5
    // Those that come were needed a moment ago. One at a time: the next look sees more.
    const bool too_many = counts.idle_threads > limits.max_spare_threads &&  //@ 6..
                          counts.serving > limits.start_servers;
    return {.start = 0, .stop = too_many ? 1U : 0U};  //@ ..6
    //#endregion decide
}

//#region tend
void WorkerPool::tend(Instant now) {
    bool one_failed = false;
    for (const Children::Ended& ended : children_.reap()) {  //@ 1..
        // Success is the end of one that was told to end, or has served its share.
        one_failed |= !ended.status.success();
        bury(ended);
    }                                                                                    //@ ..1
    if (one_failed) back_off_.failed(now);                                               //@ 2
    const WorkerOrders orders = decide(limits_, counts(), back_off_.not_before(), now);  //@ 3
    try {                                                                                //@ 4..
        for (unsigned i = 0; i < orders.start; ++i) start_worker();
    } catch (const std::system_error&) {
        back_off_.failed(now);  // no process or no pipe to be had: that may pass
    }
    for (unsigned i = 0; i < orders.stop; ++i) retire_one();  //@ ..4
    next_look_ = Deadline::after(kLookEvery, now);            //@ 5
}
//#endregion tend
//#endregion exercise-03

}  // namespace waymark::daemon
