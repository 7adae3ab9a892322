// What the cases of this check have in common: the pool under test with its threads, and work that
// waits at a gate.

#pragma once

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/thread_pool.hh"
#include "lessons/02-threads/advice.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/threads.hh"

namespace waymark::course::check {

using daemon::ThreadPool;
using daemon::ThreadPoolStopped;
using AtStop = ThreadPool::AtStop;

// The pool of a case, and which threads are its own. Where the case has failed its threads may wait
// for each other for ever; then the process ends here.
class Crew {
  public:
    Crew(std::size_t threads, std::size_t queue_limit) : others_(threads_now()) {
        pool_.emplace(threads, queue_limit);
        for (const pid_t id : threads_now())
            if (!others_.contains(id)) ids_.insert(id);
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() { const EndIfFailed end; }

    ThreadPool& operator*() { return *pool_; }
    ThreadPool* operator->() { return &*pool_; }
    void destroy() { pool_.reset(); }
    std::size_t started() const { return ids_.size(); }
    std::size_t alive() const {
        const std::set<pid_t> now = threads_now();
        return static_cast<std::size_t>(
            std::ranges::count_if(ids_, [&](pid_t id) { return now.contains(id); }));
    }
    const std::set<pid_t>& threads() const { return ids_; }
    bool sleeps() const { return std::ranges::all_of(ids_, asleep); }
    // All of them sleep, and went on sleeping: nothing will happen here any more by itself.
    bool has_settled() const {
        constexpr int kLooks = 10;
        for (int look = 0; look < kLooks; ++look)
            if (!sleeps()) return false;
        return true;
    }

  private:
    std::set<pid_t> others_;
    std::set<pid_t> ids_;
    std::optional<ThreadPool> pool_;
};

// A piece of work that comes to a gate and stays there until the case lets it go.
struct Held {
    ThreadGate reached;
    ThreadGate let_go;
    ThreadGate done;
    auto piece() {
        return [this] {
            reached.open();
            let_go.wait();
            done.open();
        };
    }
};

// A step, and what it most likely means if the program hangs in it. What the sanitizer finds in any
// step is a variable that was touched without the lock, unless the case knows better.
inline void act(std::string_view what, const Advice& hang, const Advice& crash = kSharing) {
    step(what);
    if_it_hangs(hang);
    if_it_crashes(crash, &crash == &kSharing ? "two threads used" : "");
}

inline void keep_busy(Crew& crew, Held& held) {
    act("give a thread a piece of work that stays at a gate", kNotify);
    crew->submit(held.piece());
    held.reached.wait();
}

inline void wait_until_idle(Crew& crew) {
    act("wait until the whole crew sleeps, since there is nothing to do", kAsking);
    expect(settles([&] { return crew.sleeps(); }), "the threads of an idle crew", "asleep",
           "running", kAsking);
}

// Somebody who was woken runs, or waits for a processor; that is another state.
inline bool sleeps_on(const Caller& caller) {
    constexpr int kLooks = 50;
    for (int look = 0; look < kLooks; ++look)
        if (caller.returned() || !asleep(caller.thread())) return false;
    return true;
}

// Stops the pool with drain. If that hangs: a caller that does not come past the lock either has it
// from the one that joins; and who was woken, looked and waits again was woken before there was
// something to see.
inline void stop(Crew& crew, std::string_view what) {
    act(what, kLostAtStop);
    if_it_hangs(kJoinLocked, "ThreadPool::put");
    const Faults counting;
    std::string thrown;
    Caller stopper([&] {
        try {
            crew->stop(AtStop::drain);
        } catch (const std::exception& exception) {
            thrown = exception.what();
        }
    });
    stopper.wait_until_settled();
    if (!stopper.returned()) Caller([&] { crew->try_submit([] {}); }).wait_until_settled();
    if (!stopper.returned() && counting.calls(Call::cond_wait) > 0)
        if_it_hangs(kNotify, "lock or condition");
    stopper.join();
    expect(thrown.empty(), "stop", "returns", "threw: " + thrown, kExceptionKills);
}

// The end of most cases. What crashes here is a thread that uses the pool after its end.
inline void destroy(Crew& crew) {
    act("destroy the pool", kLostAtStop, kDetach);
    crew.destroy();
}

}  // namespace waymark::course::check
