// How a connect of lesson 07 ends: at its deadline, by an error of our own, in spite of signals;
// what it says then, and that nothing is left open.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "advice.hh"
#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/check/faults.hh"
#include "net/connect_attempts.hh"
#include "played.hh"
#include "unix_listener.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;
using waymark::net::Address;
using waymark::net::ConnectAttempts;

namespace {

using Text = std::string;

}  // namespace

TEST_CASE("the deadline ends a connect to a host that is silent") {
    MadeUpNetwork network;
    step("connect to a silent address with a deadline at 1000 milliseconds");
    if_it_hangs(kDeadlineLost);
    const Played seen = play(network, {network.is_silent(kFirst)}, 1000ms);
    expect_equal(seen.took, 1000L, "milliseconds that it took",
                 seen.took > 100'000          ? kBlocking
                 : seen.status == "connected" ? kTooSoon
                                              : kDeadlineLost);
    expect_equal(seen.status, Text("timed_out"), "the status", {kWritable, kUntold});
    expect_equal(seen.failures, Text(kFirst) + ": Connection timed out", "error_text()", kUntold);
    Faults faults;
    const SpinStop stop(faults, network);
    step("connect to one that answers 80 ms later; the deadline is in 49 days, 2^32 milliseconds");
    const auto deadline = std::chrono::milliseconds(std::int64_t{1} << 32);
    const Played patient = play(network, {network.answers_late(kSecond, 1080ms)}, deadline);
    stop.expect_none(kNoRoom);
    expect_equal(patient.status, Text("connected"), "the status", kNoRoom);
    expect_equal(patient.took, 80L, "milliseconds that it took", kNoRoom);
}

TEST_CASE("one deadline holds over all addresses") {
    MadeUpNetwork network;
    step("connect to three silent addresses with a deadline at 600 milliseconds");
    if_it_hangs(kDeadlineAnew);
    const Played seen = play(
        network, {network.is_silent(kFirst), network.is_silent(kSecond), network.is_silent(kThird)},
        600ms);
    expect_equal(seen.took, 600L, "milliseconds that it took", kDeadlineAnew);
    expect_equal(seen.calls, Text("192.0.2.1:80 at 0, 192.0.2.2:80 at 250, 192.0.2.3:80 at 500"),
                 "connect(2)", {kOneByOne, kOnlyFirst});
    expect_equal(seen.failures,
                 Text(kFirst) + ": Connection timed out; " + kSecond + ": Connection timed out; " +
                     kThird + ": Connection timed out",
                 "error_text()", kUntold);
}

TEST_CASE("each address is told with what it said") {
    MadeUpNetwork network;
    step("connect to one that refuses and three that are silent, with a deadline at 400 ms");
    const Played seen = play(network,
                             {network.refuses(kFirst), network.is_silent(kSecond),
                              network.is_silent(kThird), network.is_silent("192.0.2.4:80")},
                             400ms);
    expect_equal(seen.status, Text("timed_out"), "the status", kOfAnother);
    expect_equal(seen.failures,
                 Text(kFirst) + ": Connection refused; " + kSecond + ": Connection timed out; " +
                     kThird + ": Connection timed out; 192.0.2.4:80: not tried in time",
                 "error_text()", kUntold);
    expect_equal(seen.kinds, Text("refused 111, timed_out 110, timed_out 110, not_tried 0"),
                 "status and errno of each (110 is ETIMEDOUT)", kUntold);
}

TEST_CASE("when each has failed nobody is waited for") {
    MadeUpNetwork network;
    step("connect to one that refuses, one without a way, and one that refuses after 100 ms");
    if_it_hangs(kLost);
    const Played seen = play(network,
                             {network.refuses(kFirst), network.fails_at_once(kSecond, ENETUNREACH),
                              network.refuses_late(kThird, 100ms)},
                             kNoDeadline);
    expect_equal(seen.took, 100L, "milliseconds that it took", kLost);
    expect_equal(seen.status, Text("refused"), "the status: that of the last failure", kOfAnother);
    expect_equal(seen.failures,
                 Text(kFirst) + ": Connection refused; " + kSecond + ": Network is unreachable; " +
                     kThird + ": Connection refused",
                 "error_text()", kUntold);
    expect_equal(seen.kinds, Text("refused 111, unreachable 101, refused 111"),
                 "status and errno of each (101 is ENETUNREACH)", kUntold);
}

TEST_CASE("an answer that has come counts also when the deadline has come") {
    MadeUpNetwork network;
    step("connect to an address that answers at 500 milliseconds, the very deadline");
    const Played late = play(network, {network.answers_late(kFirst, 500ms)}, 500ms);
    expect_equal(late.status, Text("connected"), "the status", kClockFirst);
    UnixListener listener(4);
    step("connect to a Unix listener, which needs no time, after the deadline");
    const Played now = play(network, {listener.address}, -1ms);
    expect_equal(now.status, Text("connected"), "the status", kClockFirst);
}

TEST_CASE("after the deadline one look is enough") {
    MadeUpNetwork network;
    step("connect to two silent addresses when the deadline has come");
    if_it_hangs(kDeadlineLost);
    if_it_crashes(kDeadlineLost, "signed integer overflow");
    const Played seen =
        play(network, {network.is_silent(kFirst), network.is_silent(kSecond)}, -1ms);
    expect_equal(seen.took, 0L, "milliseconds that it took", kDeadlineLost);
    expect_equal(seen.failures,
                 Text(kFirst) + ": Connection timed out; " + kSecond + ": not tried in time",
                 "error_text()", kUntold);
}

TEST_CASE("a signal neither ends the wait nor makes it longer") {
    MadeUpNetwork network;
    step("connect to a silent address, deadline 1000 ms; signals at 300, 350 and 900 ms");
    if_it_hangs(kDeadlineAnew);
    for (const auto at : {300ms, 350ms, 900ms}) network.clock().interrupt_at(at);
    const Played seen = play(network, {network.is_silent(kFirst)}, 1000ms);
    expect(seen.thrown.empty(), "connect_to_any", "waits on", "threw " + seen.thrown, kEintr);
    expect_equal(seen.took, 1000L, "milliseconds that it took",
                 seen.took < 1000 ? kEintr : kDeadlineAnew);
    expect_equal(seen.status, Text("timed_out"), "the status", kEintr);
}

TEST_CASE("a connect that was interrupted goes on") {
    MadeUpNetwork network;
    step("connect to an address whose connect(2) says EINTR, and which answers all the same");
    const Played seen = play(network, {network.interrupted(kFirst)}, 1000ms);
    expect_equal(seen.status, Text("connected"), "the status", kEintr);
}

TEST_CASE("a connect that was interrupted before it began is made again") {
    Faults faults;
    MadeUpNetwork network;
    const SpinStop stop(faults, network);
    step("connect to an address whose first connect(2) says EINTR and has not begun");
    if_it_hangs(kEintr);
    const Played seen = play(network, {network.interrupted_before(kFirst)}, 1000ms);
    stop.expect_none(kEintr);
    expect_equal(seen.status, Text("connected"), "the status", kEintr);
    expect(seen.has_peer, "the socket of the result", "has a peer (getpeername)", "has none",
           kEintr);
    step("the same, and called once more it says: Network is unreachable");
    const Played failed =
        play(network, {network.interrupted_and_fails(kSecond, ENETUNREACH)}, 1000ms);
    stop.expect_none(kEintr);
    expect_equal(failed.status, Text("unreachable"), "the status", kEintr);
}

TEST_CASE("a socket that is connected with itself is refused") {
    MadeUpNetwork network;
    step("connect to a port where nobody listens; the kernel gives the socket that very port");
    const Played seen = play(network, {network.is_the_socket_itself(kFirst)}, 1000ms);
    expect_equal(seen.status, Text("refused"), "the status", kItself);
    expect_equal(seen.failures, Text(kFirst) + ": Connection refused", "error_text()", kUntold);
}

TEST_CASE("without a descriptor or memory it throws") {
    step("connect where socket(2) says that there are no more descriptors (EMFILE)");
    if_it_hangs(kOurFailure);
    const Played seen = [] {
        MadeUpNetwork network;
        network.switch_off(AF_INET, EMFILE);
        return play(network, {network.answers(kFirst), network.answers(kSecond)}, 1000ms);
    }();
    expect_equal(seen.error_number, EMFILE, "the error thrown as std::system_error (24 is EMFILE)",
                 kOurFailure);
    for (const int error_number : {ENOBUFS, ENOMEM}) {
        MadeUpNetwork other;
        step("connect to one that is silent, and to one of which connect(2) says at once " +
             std::generic_category().message(error_number));
        const Played beside = play(
            other, {other.is_silent(kFirst), other.fails_at_once(kSecond, error_number)}, 1000ms);
        expect_equal(beside.error_number, error_number, "the error thrown as std::system_error",
                     kOurFailure);
        expect_equal(beside.left_open, 0, "descriptors left open", kLeak);
    }
}

TEST_CASE("nothing is left open") {
    const auto expect_none_open = [](const Played& seen) {
        expect_equal(seen.left_open, 0, "descriptors left open beside the result's socket", kLeak);
    };
    {
        MadeUpNetwork network;
        step("connect to one that refuses, one that is silent, and one that answers");
        expect_none_open(play(
            network, {network.refuses(kFirst), network.is_silent(kSecond), network.answers(kThird)},
            kNoDeadline));
    }
    {
        MadeUpNetwork network;
        step("connect to two that are silent, until the deadline");
        expect_none_open(
            play(network, {network.is_silent(kFirst), network.is_silent(kSecond)}, 400ms));
    }
    {
        MadeUpNetwork network;
        step("connect to one that refuses late, and one without a way");
        expect_none_open(
            play(network,
                 {network.refuses_late(kFirst, 20ms), network.fails_at_once(kSecond, ENETUNREACH)},
                 kNoDeadline));
    }
    {
        MadeUpNetwork network;
        step("connect to a silent IPv4 address; for the IPv6 one there is no descriptor (EMFILE)");
        network.switch_off(AF_INET6, EMFILE);
        const Played seen =
            play(network, {network.is_silent(kFirst), network.answers("[2001:db8::1]:80")}, 1000ms);
        expect_equal(seen.error_number, EMFILE,
                     "the error thrown although one is under way (24 is EMFILE)", kOurFailure);
        expect_none_open(seen);
    }
}

TEST_CASE("the losers are closed with the winner's result") {
    int left = 0;
    {
        MadeUpNetwork network;
        const std::vector<Address> addresses = {network.is_silent(kFirst),
                                                network.answers(kSecond)};
        step("ask for the result of attempts to one that is silent and one that has answered");
        ConnectAttempts attempts(addresses, Deadline::after(1000ms));
        const int before = waymark::daemon::count_open_descriptors();
        attempts.advance();
        pass_time(250ms);
        attempts.advance();
        const waymark::net::ConnectResult result =
            attempts.take_result(waymark::net::SocketMode::blocking);
        left = waymark::daemon::count_open_descriptors() - before - (result.socket ? 1 : 0);
    }
    expect_equal(left, 0, "descriptors open beside the result's, while the attempts still live",
                 kLeak);
}

TEST_CASE("a full queue of a Unix listener is waited for") {
    Faults faults;
    MadeUpNetwork network;
    const SpinStop stop(faults, network);
    UnixListener listener(0);
    listener.fill();
    step("connect to a Unix listener whose queue is full, and gets room after 22 milliseconds");
    network.clock().at(22ms, [&] { listener.make_room(); });
    if_it_hangs(kQueue);
    const Played seen = play(network, {listener.address}, 1000ms);
    stop.expect_none(kSpins);
    expect_equal(seen.status, Text("connected"), "the status", kQueue);
    expect(seen.took >= 22 && seen.took <= 27, "milliseconds that it took", "22 to 27",
           show(seen.took), seen.took > 27 ? Causes{kQueueLate, kSpins} : Causes(kQueue));
    step("the same, and there is no room before the deadline at 50 milliseconds");
    const Played late = play(network, {listener.address}, 50ms);
    expect_equal(late.status, Text("timed_out"), "the status", kQueue);
    expect_equal(late.took, 50L, "milliseconds that it took", kDeadlineLost);
    expect_equal(late.kinds, Text("timed_out 110"), "status and errno (110 is ETIMEDOUT)", kQueue);
    step("the same behind an address that is silent; there is room 12 milliseconds later");
    network.clock().at(network.clock().passed() + 262ms, [&] { listener.make_room(); });
    const Played second = play(network, {network.is_silent(kFirst), listener.address}, 1000ms);
    expect_equal(second.status, Text("connected"), "the status", kQueue);
    expect(second.took >= 262 && second.took <= 267, "milliseconds that it took", "262 to 267",
           show(second.took), kQueueLate);
}
