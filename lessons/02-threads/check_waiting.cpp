// The unlucky moments. A thread is woken without a reason; or it is held between its look and its
// wait, with the lock, while another one does what it waits for. On a quiet machine these moments
// come once a month; here they come every time.

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/types.h>

#include <future>

#include "lessons/02-threads/crew.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

namespace {

// On the first one that this process may use. An order that is likely, and not one that a right
// pool needs.
void stay_on_one_processor(pid_t thread) {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == -1) return;
    for (int cpu = 0, kept = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set) && ++kept > 1) CPU_CLR(cpu, &set);
    ::sched_setaffinity(thread, sizeof set, &set);
}

// Of SCHED_BATCH: when this thread is woken, it waits until the one that runs has come to a wait
// (sched(7)).
void let_others_go_first() {
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_BATCH, &none);
    stay_on_one_processor(0);
}

}  // namespace

TEST_CASE("a wake-up without a reason finds the crew waiting") {
    constexpr int kWakeUps = 4;
    Held held[2];
    Faults faults;
    act("wake two idle threads four times without a reason", kIf, kIf);
    faults.fail(Call::cond_wait, 0, kWakeUps);
    Crew crew(2, 4);
    settles([&] {
        return crew.alive() < 2 || faults.calls(Call::cond_wait) >= kWakeUps + 2 ||
               (faults.calls(Call::cond_wait) == 0 && crew.sleeps());
    });
    expect_equal(crew.alive(), 2U, "threads of the crew that are left", kIf);
    act("give each of them something to do", kIf, kIf);
    for (Held& each : held) crew->submit(each.piece());
    for (Held& each : held) each.reached.wait();
    for (Held& each : held) each.let_go.open();
    destroy(crew);
}

TEST_CASE("a wake-up without a reason does not make room") {
    Held held;
    Crew crew(1, 1);
    keep_busy(crew, held);
    crew->submit([] {});
    act("submit to the full queue, and wake the caller three times without a reason", kIf, kIf);
    constexpr int kWakeUps = 3;
    Faults faults;
    faults.fail(Call::cond_wait, 0, kWakeUps);
    ThreadGate refused;
    Caller caller([&] {
        try {
            crew->submit([] {});
        } catch (const ThreadPoolStopped&) {
            refused.open();
        }
    });
    settles([&] { return caller.returned() || faults.calls(Call::cond_wait) > kWakeUps; });
    const bool never_waited = faults.calls(Call::cond_wait) == 0;
    expect(!caller.returned(), "submit to a full queue", "still waits",
           refused.is_open() ? "threw ThreadPoolStopped" : "put the piece into the queue",
           never_waited ? kUnbounded : kIf);
    act("let the thread go", kNotify);
    held.let_go.open();
    caller.join();
    expect(!refused.is_open(), "submit, now that there is room", "accepted", "refused", kFreeSlot);
    destroy(crew);
}

TEST_CASE("a piece that comes between the look and the wait is not lost") {
    ThreadGate looked;
    ThreadGate go_on;
    std::future<int> result;
    Faults faults;
    act("hold the thread where it has seen an empty queue and does not wait yet", kAsking);
    faults.before(Call::cond_wait, [&] {
        looked.open();
        go_on.wait();
    });
    Crew crew(1, 1);
    settles([&] { return looked.is_open() || crew.sleeps(); });
    act("submit a piece at this moment", kNotify);
    Caller caller([&] { result = crew->submit([] { return 3; }); });
    caller.wait_until_settled();
    act("let the thread go on to its wait", kNotify);
    go_on.open();
    caller.join();
    expect_equal(result.get(), 3, "result of the piece", kNotify);
    destroy(crew);
}

TEST_CASE("room that comes between the look and the wait is not lost") {
    ThreadGate looked;
    ThreadGate go_on;
    Held held;
    Held next;
    Crew crew(1, 1);
    keep_busy(crew, held);
    crew->submit(next.piece());
    act("hold a caller where it has seen a full queue and does not wait yet", kNotify);
    Faults faults;
    faults.before(Call::cond_wait, [&] {
        looked.open();
        go_on.wait();
    });
    Caller caller([&] { crew->submit([] {}); });
    settles([&] { return looked.is_open() || caller.returned(); });
    act("let the thread of the crew take the piece from the queue at this moment", kNotify);
    held.let_go.open();
    held.done.wait();
    settles([&] { return crew.sleeps(); });
    act("let the caller go on to its wait; there is room now, and will not be more", kNotify);
    go_on.open();
    next.reached.wait();
    settles([&] { return caller.returned() || sleeps_on(caller); });
    if (!caller.returned()) {
        next.let_go.open();
        settles([&] { return caller.returned(); });
        expect(!caller.returned(), "the caller", "woken when the piece was taken",
               "woken when the piece was done", kRoomLate);
    }
    caller.join();
    next.let_go.open();
    destroy(crew);
}

TEST_CASE("a stop between the look and the wait is not missed") {
    ThreadGate looked;
    ThreadGate go_on;
    Faults faults;
    act("hold the thread where it has seen no stop and does not wait yet", kAsking);
    faults.before(Call::cond_wait, [&] {
        looked.open();
        go_on.wait();
    });
    Crew crew(1, 1);
    settles([&] { return looked.is_open() || crew.sleeps(); });
    act("stop the pool at this moment", kNotify);
    Caller stopper([&] { crew->stop(AtStop::drain); });
    stopper.wait_until_settled();
    act("let the thread go on to its wait", kNotify);
    go_on.open();
    stopper.join();
}

TEST_CASE("a lock that is taken for a moment is no reason to refuse") {
    ThreadGate looked;
    ThreadGate go_on;
    ThreadGate accepted;
    Faults faults;
    act("hold the thread where it has the lock and does not wait yet", kAsking);
    faults.before(Call::cond_wait, [&] {
        looked.open();
        go_on.wait();
    });
    Crew crew(1, 1);
    settles([&] { return looked.is_open() || crew.sleeps(); });
    act("try_submit at this moment: the queue is empty", kFreeSlot);
    Caller caller([&] {
        if (crew->try_submit([] {})) accepted.open();
    });
    caller.wait_until_settled();
    go_on.open();
    caller.join();
    expect(accepted.is_open(), "the piece", "accepted", "refused", kFreeSlot);
    destroy(crew);
}

// Two wake-ups that come close together: the second piece is there before the first one was taken,
// and the second place is free before the first one was used. Not certain to come in one round.
TEST_CASE("two pieces wake two threads and two places wake two callers") {
    for (int round = 0; round < 6; ++round) {
        Held held[2];
        Crew crew(2, 2);
        wait_until_idle(crew);
        act("submit two pieces one right after the other to two idle threads", kSaved);
        for (Held& each : held) crew->submit(each.piece());
        for (Held& each : held) each.reached.wait();
        act("fill the queue; two callers wait for room; let the threads go", kSaved);
        for (int i = 0; i < 2; ++i) crew->submit([] {});
        Caller one([&] { crew->submit([] {}); });
        Caller other([&] { crew->submit([] {}); });
        one.wait_until_settled();
        other.wait_until_settled();
        for (Held& each : held) each.let_go.open();
        one.join();
        other.join();
        destroy(crew);
    }
}

// The thread and the callers share a processor, and the callers do not push the thread aside. So it
// is back in its wait before the caller that it has woken runs, and others wait for room still.
TEST_CASE("who is woken is one who can go on") {
    for (int round = 0; round < 3; ++round) {
        Held held;
        Crew crew(1, 1);
        for (const pid_t id : crew.threads()) stay_on_one_processor(id);
        keep_busy(crew, held);
        crew->submit([] {});
        act("three callers wait for room; let the thread go, which will soon have no work",
            kWrongOne);
        const auto submit = [&] {
            let_others_go_first();
            crew->submit([] {});
        };
        Caller callers[3] = {Caller(submit), Caller(submit), Caller(submit)};
        for (Caller& caller : callers) caller.wait_until_settled();
        held.let_go.open();
        for (Caller& caller : callers) caller.join();
        destroy(crew);
    }
}

TEST_CASE("who waits sleeps") {
    Held held;
    Crew crew(1, 1);
    wait_until_idle(crew);
    act("watch the idle thread for a moment", kAsking);
    expect(rest({*crew.threads().begin()}), "a thread without work", "asleep",
           "awake again and again", kAsking);
    keep_busy(crew, held);
    act("watch a caller that waits for room", kAsking);
    crew->submit([] {});
    Caller caller([&] { crew->submit([] {}); });
    caller.wait_until_settled();
    expect(rest({caller.thread()}), "a caller that waits for room", "asleep",
           "awake again and again", kAsking);
    held.let_go.open();
    caller.join();
    destroy(crew);
}

TEST_CASE("who waits does so as long as it takes") {
    constexpr int kTimes = 3;
    Held held;
    ThreadGate refused;
    Faults faults;
    act("let an idle thread wait; if its wait has a limit, that has come three times", kGivesUp);
    faults.expire(Call::cond_wait, kTimes);
    Crew crew(1, 1);
    settles([&] { return crew.alive() < 1 || crew.has_settled(); });
    expect_equal(crew.alive(), 1U, "threads of the crew that are left", kGivesUp);
    keep_busy(crew, held);
    act("the same with a caller that waits for room", kGivesUp);
    crew->submit([] {});
    faults.expire(Call::cond_wait, kTimes);
    Caller caller([&] {
        try {
            crew->submit([] {});
        } catch (const ThreadPoolStopped&) {
            refused.open();
        }
    });
    caller.wait_until_settled();
    expect(!caller.returned(), "submit to a full queue", "still waits",
           refused.is_open() ? "threw ThreadPoolStopped" : "put the piece into the queue",
           kGivesUp);
    held.let_go.open();
    caller.join();
    expect(!refused.is_open(), "submit when there was room", "accepted", "refused", kGivesUp);
    destroy(crew);
}

// No wait here is ended by its time. What still goes on was woken by somebody.
TEST_CASE("who waits is woken and not only found by the clock") {
    Held held;
    Faults faults;
    faults.time_stands_still(Call::cond_wait);
    Crew crew(1, 1);
    wait_until_idle(crew);
    act("submit a piece to an idle crew; no time passes for who waits", kClock);
    crew->submit([] {}).get();
    keep_busy(crew, held);
    act("make room for a caller that waits for it; no time passes", kClock);
    crew->submit([] {});
    Caller caller([&] { crew->submit([] {}); });
    caller.wait_until_settled();
    held.let_go.open();
    caller.join();
    wait_until_idle(crew);
    act("stop an idle crew; no time passes", kClock);
    crew->stop(AtStop::drain);
}
