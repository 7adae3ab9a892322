// The connections of lesson 07. The network is made up and its clock jumps (made_up_network.hh), so
// a case looks at exact instants: what began when, and when the call came back.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "advice.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/without_input.hh"
#include "net/connect_attempts.hh"
#include "played.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::Address;
using waymark::net::ConnectAttempts;
using waymark::net::SocketMode;

namespace {

constexpr const char* kSixFirst = "[2001:db8::1]:80";
constexpr const char* kSixSecond = "[2001:db8::2]:80";

using Text = std::string;

void expect_connected(const Played& seen, const char* address, const Causes& causes) {
    expect(seen.thrown.empty(), "connect_to_any", "gives a result", "threw " + seen.thrown, causes);
    expect_equal(seen.status, Text("connected"), "the status", causes);
    // Connected to it, and another one told.
    const bool was_begun = seen.calls.find(address) != Text::npos;
    const bool is_listed = seen.calls.find(seen.address) != Text::npos;
    expect_equal(seen.address, Text(address),
                 Text("the address that answered") + (is_listed ? "" : ", as the list has it"),
                 was_begun ? Causes{kOfAnother} : causes);
    expect(seen.has_peer, "the socket of the result", "has a peer (getpeername)", "has none",
           kTooSoon);
}

}  // namespace

TEST_CASE("a listener is reached") {
    MadeUpNetwork network;
    step("connect to an address that answers at once");
    if_it_hangs(kNotTaken);
    const Played seen = play(network, {network.answers(kFirst)}, kNoDeadline);
    expect_connected(seen, kFirst, kNotTaken);
    expect_equal(seen.failures, Text(), "the failures", kNotTaken);
    expect_equal(seen.took, 0L, "milliseconds that it took", {kWaitsOn, kSleepsOn});
}

TEST_CASE("an attempt that is under way is waited for") {
    MadeUpNetwork network;
    step("connect to an address that answers after 80 milliseconds");
    const Played seen = play(network, {network.answers_late(kFirst, 80ms)}, kNoDeadline);
    expect_connected(seen, kFirst, seen.took == 0 ? kInProgress : kNotTaken);
    expect(seen.each_was_nonblocking, "the socket when connect(2) is called", "non-blocking",
           "blocking", kBlocking);
    expect_equal(seen.took, 80L, "milliseconds that it took", kSleepsOn);
    step("the same in a program without standard input: its next descriptor is number 0");
    if_it_hangs(kZero);
    const std::vector<Address> late = {network.answers_late(kSecond, 160ms)};
    const WithoutInput free_number;
    expect_connected(play(network, late, kNoDeadline), kSecond, kZero);
}

TEST_CASE("a refusal is not success") {
    for (const auto at : {0ms, 40ms}) {
        Faults faults;
        MadeUpNetwork network;
        const SpinStop stop(faults, network);
        step("connect to an address that refuses after " + show(at.count()) + " milliseconds");
        const Played seen = play(network, {network.refuses_late(kFirst, at)}, kNoDeadline);
        stop.expect_none({kUnasked, kLost});
        expect_equal(seen.status, Text("refused"), "the status",
                     seen.status == "connected"                          ? kWritable
                     : seen.status == "timed_out"                        ? kLost
                     : seen.status == "unusable"                         ? kAskedTwice
                     : seen.failures.find("not connected") != Text::npos ? kWritable
                                                                         : kUntold);
        expect_equal(seen.took, static_cast<long>(at.count()), "milliseconds that it took",
                     kNotTaken);
        expect_equal(seen.failures, Text(kFirst) + ": Connection refused", "error_text()", kUntold);
    }
}

TEST_CASE("the socket is in the mode that was asked for") {
    for (const bool nonblocking : {false, true})
        for (const auto at : {0ms, 40ms}) {
            MadeUpNetwork network;
            step(Text("ask for a ") + (nonblocking ? "non-blocking" : "blocking") +
                 " socket, of a host that answers after " + show(at.count()) + " milliseconds");
            const Played seen = play(network, {network.answers_late(kFirst, at)}, kNoDeadline,
                                     nonblocking ? SocketMode::nonblocking : SocketMode::blocking);
            expect_connected(seen, kFirst, kNotTaken);
            expect_equal(seen.nonblocking, nonblocking, "O_NONBLOCK of the socket", kMode);
        }
}

TEST_CASE("each socket is close-on-exec from birth") {
    MadeUpNetwork network;
    step("connect to an address that is silent, and another that answers");
    const Played seen =
        play(network, {network.is_silent(kFirst), network.answers(kSecond)}, kNoDeadline);
    expect(seen.each_was_close_on_exec, "each socket when connect(2) is called", "close-on-exec",
           "inherited", kCloseOnExec);
    expect_connected(seen, kSecond, {kOneByOne, kSleepsOn});
    expect(seen.close_on_exec, "the socket of the result", "close-on-exec", "inherited",
           kCloseOnExec);
}

TEST_CASE("the next address begins at once when one has failed") {
    MadeUpNetwork network;
    step("connect to two addresses that refuse, and a third that answers");
    const Played seen =
        play(network, {network.refuses(kFirst), network.refuses(kSecond), network.answers(kThird)},
             kNoDeadline);
    expect_connected(seen, kThird, kOnlyFirst);
    expect_equal(seen.calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 0, 192.0.2.3:80 at 0"),
                 "connect(2)", kFailureWaits);
}

TEST_CASE("a late refusal lets the next one begin at that instant") {
    MadeUpNetwork network;
    step("connect to an address that refuses after 90 milliseconds, and another that answers");
    const Played seen =
        play(network, {network.refuses_late(kFirst, 90ms), network.answers(kSecond)}, kNoDeadline);
    expect_connected(seen, kSecond, {kOnlyFirst, kWritable});
    // The race has been judged before: when the wait wakes up is left.
    expect_equal(seen.calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 90"), "connect(2)",
                 {kWakeUp, kFailureWaits});
}

TEST_CASE("silence costs 250 milliseconds") {
    MadeUpNetwork network;
    step("connect to two addresses that are silent, and a third that answers");
    if_it_hangs(kOneByOne);
    const Played seen = play(
        network, {network.is_silent(kFirst), network.is_silent(kSecond), network.answers(kThird)},
        kNoDeadline);
    expect_connected(seen, kThird, {kOneByOne, kOnlyFirst});
    expect_equal(seen.calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 250, 192.0.2.3:80 at 500"),
                 "connect(2)", {kOneByOne, kAllAtOnce});
    expect_equal(seen.took, 500L, "milliseconds that it took", kOneByOne);
    expect_equal(seen.failures, Text(), "the failures: they have lost, and not failed", kUntold);
}

TEST_CASE("the first goes on while the second has begun") {
    MadeUpNetwork network;
    step("connect to an address that answers after 300 milliseconds, and another that is silent");
    const Played seen =
        play(network, {network.answers_late(kFirst, 300ms), network.is_silent(kSecond)}, 2000ms);
    expect_connected(seen, kFirst, kGivenUp);
    expect_equal(seen.took, 300L, "milliseconds that it took", kSleepsOn);
    expect_equal(seen.calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 250"), "connect(2)",
                 {kOneByOne, kGivenUp});
}

TEST_CASE("whichever address answers ends the wait") {
    MadeUpNetwork network;
    step("connect to one that is silent and one that answers at 330 milliseconds");
    const Played seen =
        play(network, {network.is_silent(kFirst), network.answers_late(kSecond, 330ms)}, 2000ms);
    expect_connected(seen, kSecond, {kOnlyFirst, kOneByOne});
    expect_equal(seen.took, 330L, "milliseconds that it took", kSleepsOn);
}

TEST_CASE("the families take turns") {
    MadeUpNetwork network;
    step("connect to two IPv6 addresses and two IPv4 addresses; only the last answers");
    const Played seen = play(network,
                             {network.is_silent(kSixFirst), network.is_silent(kSixSecond),
                              network.is_silent(kFirst), network.answers(kSecond)},
                             kNoDeadline);
    expect_equal(seen.calls,
                 Text("[2001:db8::1]:80 at 0, 192.0.2.1:80 at 250, [2001:db8::2]:80 at 500, "
                      "192.0.2.2:80 at 750"),
                 "connect(2)", kFamilies);
    expect_connected(seen, kSecond, kFamilies);
}

TEST_CASE("an address that cannot be used costs itself only") {
    for (const int error_number : {ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EAGAIN}) {
        MadeUpNetwork network;
        step("connect to an address of which connect(2) says at once " +
             std::generic_category().message(error_number) + ", and to one that answers");
        const Played seen =
            play(network, {network.fails_at_once(kFirst, error_number), network.answers(kSecond)},
                 kNoDeadline);
        expect_connected(seen, kSecond, {kUnusable, kOnlyFirst});
        expect_equal(seen.took, 0L, "milliseconds that it took",
                     error_number == EAGAIN ? kQueue : kFailureWaits);
        expect_equal(seen.failures,
                     Text(kFirst) + ": " + std::generic_category().message(error_number),
                     "error_text()", kUntold);
    }
    for (const int error_number : {EAFNOSUPPORT, EACCES}) {
        MadeUpNetwork network;
        const Text reason = std::generic_category().message(error_number);
        step("the same where socket(2) says for IPv6: " + reason);
        network.switch_off(AF_INET6, error_number);
        const Played seen =
            play(network, {network.answers(kSixFirst), network.answers(kFirst)}, kNoDeadline);
        expect_connected(seen, kFirst, kUnusable);
        expect_equal(seen.failures, Text(kSixFirst) + ": " + reason, "error_text()", kUntold);
        expect_equal(seen.took, 0L, "milliseconds that it took", kFailureWaits);
        step("the same with nothing but such an address");
        if_it_hangs(kLost);
        const Played alone = play(network, {network.answers(kSixSecond)}, 1000ms);
        expect_equal(alone.took, 0L, "milliseconds that it took", kLost);
        expect_equal(alone.status, Text(error_number == EACCES ? "unusable" : "unreachable"),
                     "the status", {kLost, kOfAnother});
    }
}

TEST_CASE("advance does not wait") {
    long passed = 0;
    std::size_t sockets = 0;
    long look_again = 0;
    {
        MadeUpNetwork network;
        const std::vector<Address> addresses = {network.is_silent(kFirst),
                                                network.is_silent(kSecond)};
        step("call advance() of attempts to addresses that are silent");
        ConnectAttempts attempts(addresses, Deadline::after(1000ms));
        const auto start = Deadline::Clock::now();
        attempts.advance();
        passed = network.clock().passed().count();
        sockets = attempts.waiting().size();
        look_again = (attempts.look_again().instant() - start) / 1ms;
    }
    expect_equal(passed, 0L, "milliseconds that it took", kAdvanceWaits);
    expect_equal(sockets, 1U, "sockets to wait for", kNotTaken);
    expect_equal(look_again, 250L, "when to look again, in milliseconds", kWakeUp);
}

TEST_CASE("one look begins with each address that is due") {
    Text calls;
    std::size_t sockets = 0;
    bool without_socket = false;
    {
        MadeUpNetwork network;
        const std::vector<Address> addresses = {network.fails_at_once(kFirst, ENETUNREACH),
                                                network.fails_at_once(kSecond, EACCES),
                                                network.is_silent(kThird)};
        step(
            "call advance() once, of attempts to two addresses that fail at once and a silent one");
        ConnectAttempts attempts(addresses, Deadline::after(1000ms));
        attempts.advance();
        calls = network.calls();
        sockets = attempts.waiting().size();
        for (const waymark::daemon::Fd* socket : attempts.waiting())
            if (!*socket) without_socket = true;
    }
    expect_equal(calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 0, 192.0.2.3:80 at 0"),
                 "connect(2), by one call of advance()", kFailureWaits);
    expect_equal(sockets, 1U, "sockets to wait for", without_socket ? kPassedOver : kLeak);
}

TEST_CASE("the thread sleeps until there is something to do") {
    Faults faults;
    MadeUpNetwork network;
    const SpinStop stop(faults, network);
    step(
        "half a millisecond after the start connect to two silent ones and one that refuses at "
        "600 ms; the deadline is in 10 s; a signal comes at 100 ms");
    if_it_hangs(kSpins, "it uses the processor");
    // What is left after the signal, 150.5 ms, is no whole number of milliseconds.
    pass_time(500us);
    network.clock().interrupt_at(100ms);
    const Played seen = play(network,
                             {network.is_silent(kFirst), network.is_silent(kSecond),
                              network.refuses_late(kThird, 600ms)},
                             10'000ms);
    const int looks = faults.calls(Call::poll) + faults.calls(Call::pause);
    stop.expect_none(stop.since() >= 10'000ms ? kDeadlineLost : kSpins);
    expect_equal(seen.status, Text("timed_out"), "the status", kDeadlineLost);
    expect(looks <= 100, "how often it waited or looked", "some ten times, 100 at most",
           show(looks), kSpins);
}
