// Is this thread pool one? First what a pool does: work, results, exceptions, a queue with a bound,
// threads that start and that do not. check_queue.cpp looks at the queue, check_stop.cpp at its
// end, check_waiting.cpp at what only two threads at an unlucky moment find. Whatever meets
// daemon/thread_pool.hh passes; how it waits is its own affair.

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include "daemon/signals.hh"
#include "lessons/02-threads/crew.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

namespace {

// Those of the signals from outside that this thread lets in.
std::string let_in() {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    std::string names;
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,
                             SIGCHLD, SIGTSTP, SIGWINCH, SIGRTMIN})
        if (::sigismember(&mask, number) == 0)
            names += std::string(names.empty() ? "SIG" : ", SIG") +
                     (number == SIGRTMIN ? "RTMIN" : ::sigabbrev_np(number));
    return names;
}

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
                 crew.started() == 0 ? kThreadPerEvent : kOtherSize);
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
    crew->submit([word = with_a_last_word()] {});
    const auto already = accepted.value();
    Caller stopper([&] { crew->stop(AtStop::discard); });
    stopper.wait_until_settled();
    held.let_go.open();
    stopper.join();
    crew.destroy();
    expect_equal(destroyed.value(), 2, "pieces destroyed", kForgotten);
    expect_equal(accepted.value() - already, 0, "pieces accepted while the stop dropped the others",
                 kStopLate);
}

TEST_CASE("a thread that cannot be started does not end the process") {
    const std::set<pid_t> before = threads_now();
    const waymark::daemon::SignalMask blocked({SIGUSR2});
    const std::string mask = let_in();
    const EndIfFailed end;
    for (const int good : {2, 0, 3}) {
        // Where it went well for the first pool, the third one has found something of it.
        act("make a pool of four threads where " + std::to_string(good) +
                " can be started and the next one cannot (EAGAIN)",
            kLostAtStop, good == 3 ? kStatic : kExceptionKills);
        if_it_crashes(kSharing, "two threads used");
        std::string thrown = "no exception";
        {
            Faults faults;
            faults.fail(Call::thread_create, EAGAIN, 1, good);
            try {
                const ThreadPool pool(4, 1);
            } catch (const std::system_error& refused) {
                thrown = "std::system_error: " + refused.code().message();
            } catch (const std::exception& other) {
                thrown = std::string("another exception: ") + other.what();
            }
        }
        const std::string expected = "std::system_error: " + std::system_category().message(EAGAIN);
        expect(thrown == expected, "what the constructor throws", expected, thrown,
               thrown == "no exception" ? kSwallowed : kOtherThrown);
        expect(eventually([&] { return threads_now() == before; }), "the threads that were started",
               "have ended", "still run", kDetach);
        expect_equal(let_in(), mask, "signals that may end in the main thread", kSignals);
    }
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

TEST_CASE("signals are left to the main thread") {
    const waymark::daemon::SignalMask blocked({SIGUSR2});
    const std::string before = let_in();
    std::string at_birth;
    Faults faults;
    faults.before(Call::thread_create, [&] { at_birth = let_in(); });
    act("make a pool, and look at the mask that its first thread is born with", kNotify);
    Crew crew(1, 1);
    expect_equal(at_birth, std::string(), "signals that may end in a thread at its start",
                 kSignals);
    act("look at the signal mask of a thread of the crew", kNotify);
    expect_equal(crew->submit(let_in).get(), std::string(), "signals that may end in the crew",
                 kSignals);
    act("look at the signal mask of the thread that made the pool", kNotify);
    expect_equal(let_in(), before, "signals that may end in the main thread", kSignals);
    destroy(crew);
}
