// When a case has failed: further looks at pools of their own, which tell the one cause from the
// other.

#pragma once

#include <signal.h>

#include <chrono>
#include <vector>

#include "visitors.hh"

namespace workers_check {

using namespace std::chrono_literals;

// Who asks another clock than the one that tend() is told finds it far behind.
inline bool asks_another_clock() {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    const WorkerPool::Instant later = Deadline::Clock::now() + 1000h;
    pool.tend(later);
    kill_all(pool);
    pool.tend(later + 1ms);
    return pool.pids().empty();
}

// The first failure costs no pause and the second one does: one that begins a look too late, by
// another clock, or none at all.
inline const Advice& why_no_pause() {
    if (asks_another_clock()) return kOtherTime;
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    for (int look = 0; look < 3; ++look) {
        pool.tend(kNow + look * 1ms);
        kill_all(pool);
    }
    pool.tend(kNow + 3ms);
    return pool.pids().empty() ? kDecidedFirst : kForkBomb;
}

// Besides the one that was told. On the scoreboard whoever shares its slot leaves with it; and then
// a slot that is cleared for the next worker was another's, too.
inline const Advice& why_others_leave() {
    may_use(2s);  // and so it has longer: each further look is a second in which nothing comes
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 1), serve_as_told);
    auto now = kNow;
    pool.tend(now);
    for (const pid_t worker : pool.pids()) {
        ::kill(worker, SIGKILL);
        wait_until_ended(worker);
        pool.tend(now += 1000h);     // a second failure makes a pause
        soon([] { return false; });  // until the new one has come, and sleeps
        if (pool.counts().idle_threads != 2) return kSharedSlot;
    }
    return kOneAtATime;
}

// One that was killed is replaced a look late. Is one that ended in good order, too? Then that look
// has counted the dead; if not, the failure has cut it short.
inline const Advice& why_a_look_late() {
    const Office office;
    WorkerLimits limits = fixed(1, 1);
    limits.max_requests_per_child = 1;
    WorkerPool pool(office.listener(), limits, serve_as_told);
    pool.tend(kNow);
    const std::vector<pid_t> before = pool.pids();
    const Fd client = office.connect();
    ::send(client.get(), &kGoodbye, 1, MSG_NOSIGNAL);
    if (!soon([&] { return is_zombie(before.at(0)); })) return kCountsFirst;
    wait_until_ended(before.at(0));  // with its last thread
    pool.tend(kNow + 1ms);
    return pool.pids().empty() ? kCountsFirst : kCutShort;
}

}  // namespace workers_check
