// Things that come at the same instant, in lesson 07, and time that passes while one looks.

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "advice.hh"
#include "lessons/course/check/faults.hh"
#include "net/connect_attempts.hh"
#include "played.hh"
#include "unix_listener.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;

namespace {

using Text = std::string;

// At each wait or look from now on.
void at_each_poll(Faults& faults, const std::function<void()>& act) {
    faults.before(Call::poll, [&faults, act] {
        at_each_poll(faults, act);
        act();
    });
}

}  // namespace

TEST_CASE("of two that answer at one instant the first begun has won") {
    for (const auto at : {300ms, 700ms}) {
        MadeUpNetwork network;
        step("connect to three addresses that all answer after " + show(at.count()) + " ms");
        const Played seen =
            play(network,
                 {network.answers_late(kFirst, at), network.answers_late(kSecond, at),
                  network.answers_late(kThird, at)},
                 2000ms);
        expect_equal(seen.status, Text("connected"), "the status", kNotTaken);
        expect_equal(seen.address, Text(kFirst), "the address that answered", kReplaced);
        expect_equal(seen.left_open, 0, "descriptors left open beside the result's socket",
                     {kLeak, kReplaced});
    }
    MadeUpNetwork network;
    step("connect to one that answers and one that refuses, both after 300 ms");
    const Played seen =
        play(network, {network.answers_late(kFirst, 300ms), network.refuses_late(kSecond, 300ms)},
             2000ms);
    expect_equal(seen.status, Text("connected"), "the status", kNotTaken);
    expect_equal(seen.failures, Text(), "the failures: one has won, the other is not asked",
                 kReplaced);
}

TEST_CASE("each of many that are under way is waited for") {
    MadeUpNetwork network;
    step("connect to sixteen that are silent, and one that answers 40 ms after its beginning");
    std::vector<waymark::net::Address> addresses;
    for (int i = 1; i <= 16; ++i)
        addresses.push_back(network.is_silent(("192.0.2." + show(i) + ":80").c_str()));
    addresses.push_back(network.answers_late("192.0.2.17:80", 4040ms));
    const Played seen = play(network, addresses, 9000ms);
    expect_equal(seen.status, Text("connected"), "the status", kSleepsOn);
    expect_equal(seen.took, 4040L, "milliseconds that it took", kSleepsOn);
}

TEST_CASE("one look asks each that is under way") {
    std::size_t before = 0;
    std::size_t after = 0;
    {
        MadeUpNetwork network;
        const std::vector<waymark::net::Address> addresses = {network.refuses_late(kFirst, 300ms),
                                                              network.refuses_late(kSecond, 300ms)};
        step("begin with two that refuse at 300 ms, both; then call advance() once");
        waymark::net::ConnectAttempts attempts(addresses, waymark::daemon::Deadline::after(1000ms));
        attempts.advance();
        ::poll(nullptr, 0, 250);
        attempts.advance();
        before = attempts.waiting().size();
        ::poll(nullptr, 0, 50);
        attempts.advance();
        after = attempts.waiting().size();
    }
    expect_equal(before, 2U, "sockets to wait for at 250 ms", kOneByOne);
    expect_equal(after, 0U, "sockets to wait for at 300 ms", kPassedOver);
}

TEST_CASE("the last failure and the deadline at one instant") {
    {
        MadeUpNetwork network;
        step("connect to one that refuses at 1000 ms, the very deadline");
        const Played seen = play(network, {network.refuses_late(kFirst, 1000ms)}, 1000ms);
        // Has it been heard, and another status been told?
        const bool is_heard = seen.kinds == "refused " + show(ECONNREFUSED);
        expect_equal(seen.status, Text("refused"), "the status: each address has failed",
                     is_heard ? kOfAnother : kClockFirst);
        expect_equal(seen.failures, Text(kFirst) + ": Connection refused", "error_text()", kUntold);
    }
    {
        MadeUpNetwork network;
        step("the same with one before it that refuses at 100 ms");
        const Played seen = play(
            network, {network.refuses_late(kFirst, 100ms), network.refuses_late(kSecond, 900ms)},
            900ms);
        expect_equal(seen.status, Text("refused"), "the status: each address has failed",
                     kClockFirst);
    }
    {
        MadeUpNetwork network;
        step("the same with one behind it, whose turn has not come");
        const Played seen =
            play(network, {network.refuses_late(kFirst, 200ms), network.answers(kSecond)}, 200ms);
        expect_equal(seen.status, Text("timed_out"), "the status",
                     seen.status == "connected" ? kDeadlineLost : kOfAnother);
        expect_equal(seen.failures,
                     Text(kFirst) + ": Connection refused; " + kSecond + ": not tried in time",
                     "error_text()", kUntold);
    }
}

TEST_CASE("when the deadline has come the first address is begun and asked") {
    for (const auto deadline : {-1ms, 0ms}) {
        MadeUpNetwork network;
        step("connect to one that answers at once, with a deadline " + show(deadline.count()) +
             " ms from now; connect(2) says EINPROGRESS, and the socket is writable");
        const Played seen =
            play(network, {network.answers(kFirst), network.answers(kSecond)}, deadline);
        expect_equal(seen.status, Text("connected"), "the status", {kClockFirst, kInProgress});
        expect_equal(seen.address, Text(kFirst), "the address that answered", kOnlyFirst);
        step("the same with one that refuses");
        MadeUpNetwork* const same = &network;
        const Played refused = play(*same, {same->refuses(kThird)}, deadline);
        expect_equal(refused.status, Text("refused"), "the status", kClockFirst);
    }
}

TEST_CASE("an answer that comes while one looks counts") {
    Played seen;
    {
        Faults faults;
        MadeUpNetwork network;
        step(
            "connect to two; while the second is asked at 250 ms, 100 ms pass: the first answers "
            "at 300, and the deadline is at 320");
        int looks = 0;
        at_each_poll(faults, [&] {
            if (network.clock().passed() == 250ms && ++looks == 2) pass_time(100ms);
        });
        seen =
            play(network, {network.answers_late(kFirst, 300ms), network.is_silent(kSecond)}, 320ms);
    }
    expect_equal(seen.status, Text("connected"), "the status", kClockFirst);
    Text calls;
    {
        MadeUpNetwork network;
        const std::vector<waymark::net::Address> addresses = {
            network.fails_at_once(kFirst, ENETUNREACH), network.answers(kSecond)};
        step(
            "call advance() once, of attempts to one without a way and one that answers; 10 ms "
            "pass after each look at the clock, and the deadline is at 5 ms");
        waymark::net::ConnectAttempts attempts(addresses, waymark::daemon::Deadline::after(5ms));
        network.clock().each_look_takes(10ms);
        attempts.advance();
        calls = network.calls();
    }
    expect(calls.find(kSecond) != Text::npos, "connect(2) with the second, which was due",
           "called, for it is still the instant of the first look", "not called", kClockFirst);
}

TEST_CASE("a full queue does not hold the deadline up") {
    for (const auto deadline : {1ms, 3ms, 22ms, 44ms}) {
        Faults faults;
        MadeUpNetwork network;
        const SpinStop stop(faults, network);
        UnixListener listener(0);
        listener.fill();
        step("connect to a Unix listener whose queue is full, with a deadline at " +
             show(deadline.count()) + " ms");
        if_it_hangs(kDeadlineLost);
        const Played seen = play(network, {listener.address}, deadline);
        stop.expect_none(kSpins);
        expect_equal(seen.status, Text("timed_out"), "the status", kQueue);
        expect_equal(seen.took, static_cast<long>(deadline.count()), "milliseconds that it took",
                     kDeadlineLost);
    }
}

TEST_CASE("a full queue does not hold the next address up") {
    MadeUpNetwork network;
    UnixListener listener(0);
    listener.fill();
    step("connect to a Unix listener whose queue is full, and one that answers; a signal at 3 ms");
    network.clock().interrupt_at(3ms);
    const Played seen = play(network, {listener.address, network.answers(kFirst)}, 1000ms);
    expect_equal(seen.status, Text("connected"), "the status", kQueue);
    expect_equal(seen.calls, Text("192.0.2.1:80 at 250"), "connect(2) with the second", kWakeUp);
}

TEST_CASE("a wait that fails is our own failure") {
    for (const int error : {ENOMEM, EINVAL})
        for (const int after : {0, 1}) {
            Played seen;
            bool has_failed = false;
            {
                Faults faults;
                MadeUpNetwork network;
                step("connect to one that is silent; wait or look " + show(after + 1) +
                     " fails with errno " + show(error));
                if_it_hangs(kOurFailure);
                if_it_hangs(kOurFailure, "it uses the processor");
                const auto silent = network.is_silent(kFirst);
                const int before = faults.calls(Call::poll);
                faults.fail(Call::poll, error, 1, after);
                seen = play(network, {silent}, 1000ms);
                has_failed = faults.calls(Call::poll) - before > after;
            }
            if (!has_failed) continue;  // nobody has to look before the wait
            expect_equal(seen.error_number, error, "the error thrown as std::system_error",
                         kOurFailure);
            expect_equal(seen.left_open, 0, "descriptors left open", kLeak);
        }
}
