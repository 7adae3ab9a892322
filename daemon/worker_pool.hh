// Processes, each with a crew of threads, that serve one listening socket together, as Apache's
// worker module does it. Threads are cheap and share a crash; processes cost more and do not. So:
// a crash, a leak or a hostile client takes one crew with it, and the parent starts the next one.
//
//   parent       forks workers, looks every second how busy they are, starts and stops some,
//                replaces the dead; it has no threads and does not touch a client
//   worker       a forked process; starts its threads, waits for them, ends
//   thread       waits for a client, serves it, waits for the next
//
// A worker that shall end reads the end of a pipe whose other side only the parent holds; so it
// hears it also when the parent was killed, and the kernel's signal says it to one whose threads
// are all busy. It finishes what it has begun, for as long as its grace. What is refused: a parent
// with threads of its own. Only the thread that forks lives on in the child, and a lock that
// another one held stays locked there for ever (fork(2), NOTES).

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "daemon/back_off.hh"
#include "daemon/children.hh"
#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "daemon/scoreboard.hh"
#include "daemon/worker_limits.hh"

namespace waymark::daemon {

class WorkerPool {
  public:
    using Instant = Deadline::Clock::time_point;

    // Serves one client: a blocking, connected socket. Called in many threads of many processes at
    // once. What it throws, of any type, is printed (print_error) and costs that client only. It
    // must bound its own waits.
    using Serve = std::function<void(Fd client)>;

    // What a program may want to log. Called in the parent, from within tend(), drain() or run().
    struct Events {
        std::function<void(pid_t worker)> on_started = {};
        std::function<void(pid_t worker, ExitStatus status)> on_ended = {};
        // run() was told to end: whoever ends from now on ends by that.
        std::function<void()> on_stopping = {};
    };

    // How often the parent looks, when nothing happens.
    static constexpr std::chrono::seconds kLookEvery{1};

    // `listener` is a listening stream socket of any family; it is made non-blocking, and that
    // holds for all who share it. Starts nothing yet. Throws UsageError for limits that cannot be
    // kept, std::system_error otherwise.
    WorkerPool(Fd listener, WorkerLimits limits, Serve serve);
    WorkerPool(Fd listener, WorkerLimits limits, Serve serve, Events events);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    // Ends the workers that are left, without grace.
    ~WorkerPool() = default;

    // One look of the parent: buries the dead, replaces them, starts and stops. Waits for none of
    // them. To be called on SIGCHLD and at next_look(). A system that gives no process is tried
    // again later.
    void tend(Instant now = Deadline::Clock::now());
    Deadline next_look() const { return next_look_; }

    // Tells all workers to end, waits until they have or `deadline` has come, and ends the rest.
    void drain(Deadline deadline);

    // The whole life of a server: tends until SIGTERM or SIGINT, then drains, also if it is told
    // twice. A program with other things to wait for calls the three above itself.
    void run();

    WorkerCounts counts() const;
    // The workers that live, also those that are ending.
    std::vector<pid_t> pids() const;

    // What is to be done when there is so much of everything. It depends on nothing else, so it can
    // be tested as a table. No worker is started before `not_before`.
    static WorkerOrders decide(const WorkerLimits& limits, const WorkerCounts& counts,
                               Deadline not_before, Instant now);

  private:
    // In the parent: what it knows of a worker.
    struct Worker {
        std::size_t slot;  // of the scoreboard
        Fd stop;           // the writing end of its pipe; closed: it was told to end
    };

    // In a worker: what its threads share.
    struct Crew {
        std::size_t slot;
        const Fd& stop;           // the reading end of its pipe
        std::mutex turn = {};     // who holds it is the one that waits for the next client
        std::uint64_t taken = 0;  // clients so far; guarded by turn
        bool ended = false;       // takes no more; guarded by turn
    };

    void start_worker();
    int work(std::size_t slot, const Fd& stop);
    void serve_clients(Crew& crew);
    Fd next_client(Crew& crew);

    // What those need.
    void bury(const Children::Ended& ended);
    void retire_one();
    std::size_t free_slot() const;
    void leave_signals_to_the_parent() const;
    void pause_if_exhausted(int accept_error, const Fd& stop) const;
    void take_no_more(Crew& crew);
    void serve_one(Fd client) const;

    Fd listener_;
    const WorkerLimits limits_;
    const Serve serve_;
    const Events events_;
    Scoreboard scoreboard_;
    BackOff back_off_;
    Deadline next_look_{Instant::min()};
    std::map<pid_t, Worker> workers_;
    Children children_;  // last: it ends the workers before what they were told by
};

}  // namespace waymark::daemon
