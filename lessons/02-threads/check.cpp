// Is this thread pool one? First what a pool does: work, results, exceptions. check_begin.cpp looks
// at how it begins, check_queue.cpp at the queue, check_stop.cpp at its end, check_waiting.cpp at
// what only two threads at an unlucky moment find. Whatever meets daemon/thread_pool.hh passes; how
// it waits is its own affair.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <iterator>
#include <memory>
#include <string>

#include "lessons/02-threads/crew.hh"

using namespace waymark::course::check;

namespace {

void expect_second_stop(Crew& crew) {
    const Advice* cause = &kJoinedTwice;
    std::string thrown;
    try {
        crew->stop(AtStop::drain);
    } catch (const std::exception& exception) {
        if (dynamic_cast<const ThreadPoolStopped*>(&exception) != nullptr) cause = &kSecondStop;
        thrown = exception.what();
    }
    expect(thrown.empty(), "the second stop", "no exception", "exception: " + thrown, *cause);
}

// Threads that come with the work: as many as there are pieces, or as were asked for.
const Advice& why_none_is_there(Crew& crew, Held (&held)[5]) {
    const std::size_t before = threads_now().size();
    for (Held& each : held) crew->submit(each.piece());
    return threads_now().size() < before + std::size(held) ? kWithTheWork : kThreadPerEvent;
}

}  // namespace

TEST_CASE("a piece of work is done by the crew and its result comes back") {
    Crew crew(1, 1);
    act("submit a piece of work to a pool of one thread", kNoCrew);
    std::future<pid_t> result;
    if_it_hangs(kFreeSlot, "ThreadPool::put");
    expect_no_throw([&] { result = crew->submit([] { return ::gettid(); }); }, "submit", kNoCrew);
    act("wait for its result", crew.started() == 0 ? kNoCrew : kNotify);
    const bool by_the_caller = result.get() == ::gettid();
    expect(!by_the_caller, "the thread that did the work", "one of the crew",
           by_the_caller ? "the one that called submit" : "one of the crew", kNoCrew);
    stop(crew, "stop the pool");
    act("stop it once more, as its destructor will", kLostAtStop, kExceptionKills);
    expect_second_stop(crew);
    act("destroy it", kLostAtStop, kDetach);
    crew.destroy();
}

TEST_CASE("the crew has the size that was asked for and works at the same time") {
    act("make a pool of three threads with a queue of ten places", kNoCrew);
    Held held[5];
    Crew crew(3, 10);
    expect_equal(crew.started(), 3U, "threads that the constructor started",
                 crew.started() == 0 ? why_none_is_there(crew, held) : kOtherSize);
    act("submit five pieces of work that stay at a gate", kWorkLocked);
    for (Held& each : held) crew->submit(each.piece());
    act("wait until three of them are being done", kWorkLocked);
    const auto in_work = [&] {
        return std::ranges::count_if(held, [](const Held& each) { return each.reached.is_open(); });
    };
    settles([&] { return in_work() >= 3 || crew.has_settled(); });
    // Who holds the lock while working keeps this caller, too.
    ThreadGate answered;
    const auto at_once = in_work();
    if (at_once < 3) {
        Caller caller([&] { crew->try_submit([] {}); });
        caller.wait_until_settled();
        if (caller.returned()) answered.open();
        for (Held& each : held) each.let_go.open();
    }
    expect_equal(at_once, 3, "pieces of work in hand at the same time",
                 answered.is_open() ? kSaved : kWorkLocked);
    act("let them go; the other two are in the queue, and nobody notifies any more", kLooksLate);
    for (Held& each : held) each.let_go.open();
    const auto done = [&] {
        return std::ranges::count_if(held, [](const Held& each) { return each.done.is_open(); });
    };
    settles([&] { return done() == 5 || crew.has_settled(); });
    expect_equal(done(), 5, "pieces of work that were done",
                 crew.alive() < 3 ? kForgotten : kLooksLate);
    destroy(crew);
}

TEST_CASE("what a piece throws goes to its caller and the thread goes on") {
    Crew crew(1, 2);
    act("submit a piece that throws 5 and then one that gives 1", kNoCrew, kExceptionKills);
    std::future<int> odd = crew->submit([]() -> int { throw 5; });
    std::future<int> next = crew->submit([] { return 1; });
    expect_equal(next.get(), 1, "result of the second piece", kExceptionKills);
    act("stop the pool", kLostAtStop, kExceptionKills);
    crew->stop(AtStop::drain);
    act("ask for the result of the first piece, whose thread has ended", kForgotten, kDetach);
    int caught = 0;
    try {
        odd.get();
    } catch (int thrown) {
        caught = thrown;
    }
    expect_equal(caught, 5, "what get() threw", kExceptionKills);
}

TEST_CASE("nothing is locked while a piece is being done") {
    Held held;
    Crew crew(2, 2);
    keep_busy(crew, held);
    act("try_submit another piece meanwhile", kWorkLocked);
    auto other = crew->try_submit([] { return 2; });
    expect(other.has_value(), "the other piece", "accepted", "refused", kFreeSlot);
    act("wait for its result: there is a second thread", kNotify);
    expect_equal(other->get(), 2, "its result", kWorkLocked);
    held.let_go.open();
    destroy(crew);
}

TEST_CASE("a piece may use the pool while it is being destroyed") {
    Held held;
    Crew crew(1, 4);
    Tally destroyed;
    Tally accepted;
    const auto with_a_last_word = [&] {
        return std::shared_ptr<int>(new int(0), [&](int* number) {
            delete number;
            if (crew->try_submit([] {})) accepted.add();
            destroyed.add();
        });
    };
    act("do a piece whose destructor calls try_submit, and one after it", kWorkLocked);
    crew->submit([word = with_a_last_word()] {});
    crew->submit([] {}).get();
    keep_busy(crew, held);
    act("stop with discard while such a piece is in the queue", kWorkLocked);
    if_it_crashes(kTryThrows, "ThreadPoolStopped");
    Tally done;
    // What is destroyed lets the thread go, and waits until that can take another piece.
    std::shared_ptr<int> until_it_is_free(new int(0), [&](int* number) {
        delete number;
        held.let_go.open();
        if (crew.threads().contains(::gettid())) return;
        settles([&] { return done.value() > 0 || crew.alive() == 0 || crew.has_settled(); });
    });
    crew->submit([until_it_is_free, word = with_a_last_word()] {});
    crew->submit([&] { done.add(); });
    until_it_is_free.reset();
    const auto already = accepted.value();
    Caller stopper([&] { crew->stop(AtStop::discard); });
    stopper.wait_until_settled();
    held.let_go.open();
    stopper.join();
    expect_equal(done.value(), 0, "pieces that were done while the stop dropped the others",
                 kNotDropped);
    const bool takes_more = crew->try_submit([] {}).has_value();
    crew.destroy();
    expect_equal(destroyed.value(), 2, "pieces destroyed", kForgotten);
    expect_equal(accepted.value() - already, 0, "pieces accepted while the stop dropped the others",
                 takes_more ? kAfterStop : kStopLate);
}

TEST_CASE("what is shared is touched with the lock held") {
    Held held;
    Tally done;
    Crew crew(1, 4);
    keep_busy(crew, held);
    act("submit and try_submit while the sanitizer watches", kWorkLocked);
    crew->submit([&] { done.add(); });
    crew->try_submit([&] { done.add(); });
    held.let_go.open();
    act("wait until they are done", kNotify);
    eventually([&] { return done.value() == 2; });
    wait_until_idle(crew);
    // Relaxed: nothing but the pool's own lock orders what this one does behind the stop.
    std::atomic<bool> stopped = false;
    Caller late([&] {
        while (!stopped.load(std::memory_order_relaxed)) ::usleep(1000);
        crew->try_submit([&] { done.add(); });
    });
    act("stop, and then try_submit in another thread, while the sanitizer watches", kLostAtStop);
    crew->stop(AtStop::drain);
    stopped.store(true, std::memory_order_relaxed);
    late.join();
    expect_equal(done.value(), 2, "pieces that were done", kForgotten);
}
