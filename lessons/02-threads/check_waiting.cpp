// The unlucky moments. A thread is woken without a reason; or it is held between its look and its
// wait, with the lock, while another one does what it waits for. On a quiet machine these moments
// come once a month; here they come every time.

#include <doctest/doctest.h>

#include <future>

#include "lessons/02-threads/crew.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

TEST_CASE("a wake-up without a reason finds the crew waiting") {
    constexpr int kWakeUps = 4;
    Held held[2];
    Faults faults;
    act("wake two idle threads four times without a reason", kIf, kIf);
    faults.fail(Call::cond_wait, 0, kWakeUps);
    Crew crew(2, 4);
    eventually([&] {
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
    eventually([&] { return caller.returned() || faults.calls(Call::cond_wait) > kWakeUps; });
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
    eventually([&] { return looked.is_open() || crew.sleeps(); });
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
    eventually([&] { return looked.is_open() || caller.returned(); });
    act("let the thread of the crew take the piece from the queue at this moment", kNotify);
    held.let_go.open();
    held.done.wait();
    eventually([&] { return crew.sleeps(); });
    act("let the caller go on to its wait; there is room now, and will not be more", kNotify);
    go_on.open();
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
    eventually([&] { return looked.is_open() || crew.sleeps(); });
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
    eventually([&] { return looked.is_open() || crew.sleeps(); });
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
