// How the pool ends: everybody is woken, everything that was accepted has an end, and when stop()
// has returned no thread is left.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "lessons/02-threads/crew.hh"

using namespace waymark::course::check;

TEST_CASE("the stop wakes the whole crew") {
    Crew crew(3, 1);
    wait_until_idle(crew);
    stop(crew, "stop the pool");
    expect(eventually([&] { return crew.alive() == 0; }), "threads when stop has returned",
           "none is left", std::to_string(crew.alive()), kDetach);
}

TEST_CASE("the stop wakes every caller that waits for room") {
    Held held;
    Tally refused;
    Crew crew(1, 1);
    keep_busy(crew, held);
    crew->submit([] {});
    act("submit to the full queue in two threads of their own", kLostAtStop);
    const auto submit = [&] {
        try {
            crew->submit([] {});
        } catch (const ThreadPoolStopped&) {
            refused.add();
        }
    };
    Caller one(submit);
    Caller other(submit);
    one.wait_until_settled();
    other.wait_until_settled();
    act("stop the pool; the thread is at its gate, the queue stays full", kLostAtStop);
    if_it_hangs(kStopLate);
    Caller stopper([&] { crew->stop(AtStop::drain); });
    stopper.wait_until_settled();
    const auto told = [&] { return one.returned() && other.returned(); };
    settles([&] { return told() || (sleeps_on(one) && sleeps_on(other)); });
    if (!told()) {
        held.let_go.open();  // do they wait for the end of the crew?
        settles([&] { return told() && stopper.returned(); });
        expect(!told(), "the callers, while the thread is at its gate", "are told of the stop",
               "wait for room", refused.value() == 2 ? kCallersLate : kStopLate);
    }
    one.join();
    other.join();
    expect_equal(refused.value(), 2, "callers that get ThreadPoolStopped", kAfterStop);
    act("submit once more: the queue is full, and the pool is stopped", kAfterStop);
    submit();
    expect_equal(refused.value(), 3, "callers that get ThreadPoolStopped", kAfterStop);
    act("let the thread go", kLostAtStop);
    held.let_go.open();
    stopper.join();
}

// A discard makes room, and for nobody.
TEST_CASE("the room that a stop makes is for nobody") {
    Held held;
    ThreadGate refused;
    Crew crew(1, 1);
    keep_busy(crew, held);
    crew->submit([] {});
    act("a caller waits for room in the full queue; stop with discard", kLostAtStop);
    Caller caller([&] {
        try {
            crew->submit([] {});
        } catch (const ThreadPoolStopped&) {
            refused.open();
        }
    });
    caller.wait_until_settled();
    Caller stopper([&] { crew->stop(AtStop::discard); });
    caller.join();
    expect(refused.is_open(), "the caller", "gets ThreadPoolStopped", "its piece is accepted",
           kAfterStop);
    held.let_go.open();
    stopper.join();
}

TEST_CASE("the stop returns when the last piece is finished") {
    Held held;
    Crew crew(1, 1);
    keep_busy(crew, held);
    act("stop the pool while the thread is at its gate", kDetach);
    Caller stopper([&] { crew->stop(AtStop::drain); });
    stopper.wait_until_settled();
    expect(!stopper.returned(), "stop, with a piece in work", "waits for it", "returned", kDetach);
    act("let the thread go", kLostAtStop);
    held.let_go.open();
    stopper.join();
    expect(held.done.is_open(), "the piece when stop has returned", "finished", "not finished",
           kDetach);
}

TEST_CASE("drain does everything that was accepted") {
    const std::pair<const char*, void (*)(Crew&)> ways[] = {
        {"stop with drain", [](Crew& crew) { crew->stop(AtStop::drain); }},
        {"destroy the pool", [](Crew& crew) { crew.destroy(); }},
        {"destroy it because of an exception",
         [](Crew& crew) {
             struct Owner {
                 Crew& crew;
                 ~Owner() { crew.destroy(); }
             };
             try {
                 const Owner owner{crew};
                 throw 1;
             } catch (int) {
             }
         }},
    };
    for (const auto& [what, end] : ways) {
        Held held;
        Tally done;
        Tally done_by_others;
        Crew crew(1, 5);
        keep_busy(crew, held);
        act("put five pieces into the queue", kWorkLocked);
        for (int i = 0; i < 5; ++i)
            crew->submit([&] {
                done.add();
                if (!crew.threads().contains(::gettid())) done_by_others.add();
            });
        act(what, kLostAtStop);
        Caller stopper([&crew, end = end] { end(crew); });
        stopper.wait_until_settled();
        held.let_go.open();
        stopper.join();
        expect_equal(done.value(), 5, "pieces of the queue that were done", kForgotten);
        expect_equal(done_by_others.value(), 0, "pieces that a thread of the caller did", kNoCrew);
    }
}

TEST_CASE("discard drops what waits and tells its callers") {
    Held held;
    Tally done;
    std::vector<std::future<void>> waiting;
    Crew crew(1, 3);
    keep_busy(crew, held);
    act("put three pieces into the queue", kWorkLocked);
    for (int i = 0; i < 3; ++i) waiting.push_back(crew->submit([&] { done.add(); }));
    act("stop with discard", kLostAtStop);
    Caller stopper([&] { crew->stop(AtStop::discard); });
    stopper.wait_until_settled();
    expect(!stopper.returned(), "stop, with a piece in work", "waits for it", "returned", kDetach);
    const auto told = [&] {
        return std::ranges::count_if(waiting, [](std::future<void>& each) {
            return each.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        });
    };
    const auto told_while_it_waits = told();
    held.let_go.open();
    stopper.join();
    expect_equal(done.value(), 0, "pieces of the queue that were done", kNotDropped);
    act("look at the futures of the three", kForgotten);
    expect_equal(told(), 3, "callers that are told (std::future_error)", kForgotten);
    expect_equal(told_while_it_waits, 3, "callers that were told before the stop waited",
                 kToldLate);
}

TEST_CASE("a stopped pool takes no work and stopping twice is stopping once") {
    Crew crew(2, 2);
    act("stop the pool twice", kLostAtStop, kExceptionKills);
    crew->stop(AtStop::drain);
    expect_no_throw([&] { crew->stop(AtStop::discard); }, "the second stop", kExceptionKills);
    act("submit to it", kLostAtStop);
    expect(!crew->try_submit([] {}), "try_submit", "refused", "accepted", kAfterStop);
    bool refused = false;
    try {
        crew->submit([] {});
    } catch (const ThreadPoolStopped&) {
        refused = true;
    }
    expect(refused, "submit", "throws ThreadPoolStopped", "the piece is accepted", kAfterStop);
    act("destroy it", kLostAtStop, kExceptionKills);
    crew.destroy();
}
