// Lesson 07: how long is a connect allowed to hang? Here are the decisions, as tables: which
// address begins, and when. check_connect.cpp has the connections, check_ways_out.cpp how they end.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <chrono>
#include <string>
#include <vector>

#include "advice.hh"
#include "daemon/deadline.hh"
#include "net/connect_race.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::ConnectRace;
using Clock = Deadline::Clock;

namespace {

// Soon after the machine's start: the real clock is ahead of it, and who asks it is seen.
const Clock::time_point kStart = Clock::time_point(1s);
constexpr int kMoreThanThereAre = 20;

Deadline at(std::chrono::milliseconds time) {
    return Deadline(kStart + time);
}

// All that begins at this instant: "0 1", by the places of the addresses.
std::string begun_at(ConnectRace& race, std::chrono::milliseconds time) {
    std::string begun;
    for (int i = 0; i < kMoreThanThereAre; ++i) {
        const auto place = race.next(kStart + time);
        if (!place) return begun.empty() ? "none" : begun;
        begun += fmt::format("{}{}", begun.empty() ? "" : " ", *place);
    }
    return begun + " ...";
}

// "250", in milliseconds after the beginning; "at once" for an instant that has come.
std::string wake_up_of(const ConnectRace& race, std::chrono::milliseconds now = 0ms) {
    const Deadline wake_up = race.wake_up();
    if (wake_up.is_never()) return "never";
    if (wake_up.expired(kStart + now)) return "at once";
    return fmt::format("{}", (wake_up.instant() - kStart) / 1ms);
}

// If the second has not begun: is it to begin at an instant of the real clock?
void expect_second(const std::string& begun, const ConnectRace& race, const char* what,
                   const Advice& advice) {
    if (begun == "1") return;
    if (begun.starts_with("1 ")) fail(what, "1", begun, kAllAtOnce);
    const Deadline wake_up = race.wake_up();
    const bool is_of_real_clock = !wake_up.is_never() && wake_up > at(10s);
    fail(what, "1", begun, is_of_real_clock ? Causes{kAsksClock, advice} : Causes(advice));
}

}  // namespace

TEST_CASE("the next address begins a quarter of a second after the one before") {
    ConnectRace race(3, Deadline::never());
    step("ask a race of three for what begins at 0 ms");
    const std::string first = begun_at(race, 0ms);
    expect_equal(first, std::string("0"), "what begins", first == "none" ? kNotTaken : kAllAtOnce);
    step("ask at 249 ms and at 250 ms");
    expect_equal(begun_at(race, 249ms), std::string("none"), "what begins at 249", kAllAtOnce);
    const std::string second = begun_at(race, 250ms);
    expect_second(second, race, "what begins at 250", kOneByOne);
    step("ask at 499 ms and at 900 ms");
    expect_equal(begun_at(race, 499ms), std::string("none"), "what begins at 499", kAllAtOnce);
    expect_equal(begun_at(race, 900ms), std::string("2"), "what begins at 900", kOneByOne);
    expect_equal(begun_at(race, 5000ms), std::string("none"), "what begins at 5000", kNotTaken);
}

TEST_CASE("who comes late has begun one address and not all that were due") {
    ConnectRace race(3, Deadline::never());
    step("ask a race of three at 0 ms, and then not before 60 seconds have passed");
    begun_at(race, 0ms);
    expect_equal(begun_at(race, 60'000ms), std::string("1"), "what begins", kAllAtOnce);
    expect_equal(begun_at(race, 60'249ms), std::string("none"), "what begins at 60249", kAllAtOnce);
    expect_equal(begun_at(race, 60'250ms), std::string("2"), "what begins at 60250", kOneByOne);
    step("the same, late by 20 milliseconds");
    ConnectRace other(3, Deadline::never());
    begun_at(other, 0ms);
    begun_at(other, 270ms);
    expect_equal(begun_at(other, 519ms), std::string("none"), "what begins at 519", kAllAtOnce);
    expect_equal(begun_at(other, 520ms), std::string("2"), "what begins at 520", kOneByOne);
}

TEST_CASE("a failure lets the next one begin at once") {
    ConnectRace race(4, Deadline::never());
    step("begin with the first of four, and let it fail at 1 ms");
    begun_at(race, 0ms);
    race.failed();
    const std::string second = begun_at(race, 1ms);
    expect_second(second, race, "what begins", kFailureWaits);
    step("ask for the third, which has to wait again");
    expect_equal(begun_at(race, 250ms), std::string("none"), "what begins at 250", kAllAtOnce);
    expect_equal(begun_at(race, 251ms), std::string("2"), "what begins at 251", kOneByOne);
    step("let one of the two that are under way fail");
    race.failed();
    expect_equal(begun_at(race, 252ms), std::string("3"), "what begins at 252", kFailureWaits);
}

TEST_CASE("two failures at once let one begin") {
    ConnectRace race(4, Deadline::never());
    step("begin with two of four, and let both fail");
    begun_at(race, 0ms);
    begun_at(race, 250ms);
    race.failed();
    race.failed();
    expect_equal(begun_at(race, 300ms), std::string("2"), "what begins", kFailureWaits);
}

TEST_CASE("from the deadline on none begins but the first") {
    step("ask a race with a deadline at 300 ms for the second address after 299 ms and 300 ms");
    ConnectRace in_time(3, at(300ms));
    begun_at(in_time, 0ms);
    expect_equal(begun_at(in_time, 299ms), std::string("1"), "what begins at 299", kOneByOne);
    ConnectRace late(3, at(300ms));
    begun_at(late, 0ms);
    expect_equal(begun_at(late, 300ms), std::string("none"), "what begins at 300", kDeadlineLost);
    step("let the first one fail at the deadline");
    ConnectRace failing(3, at(300ms));
    begun_at(failing, 0ms);
    failing.failed();
    expect_equal(begun_at(failing, 300ms), std::string("none"), "what begins", kDeadlineLost);
    step("ask a race whose deadline has come long ago");
    if_it_crashes(kDeadlineLost, "signed integer overflow");
    ConnectRace long_ago(3, Deadline(Clock::time_point::min()));
    expect_equal(begun_at(long_ago, 0ms), std::string("0"), "what begins", kClockFirst);
    expect_equal(begun_at(long_ago, 9000ms), std::string("none"), "what begins", kDeadlineLost);
}

TEST_CASE("it wakes up for the next address or for the deadline") {
    if_it_crashes(kWakeUp, "signed integer overflow");
    ConnectRace race(3, at(600ms));
    step("ask when a race of three wakes up, whose deadline is at 600 ms");
    expect_equal(wake_up_of(race), std::string("at once"), "before anything has begun", kWakeUp);
    begun_at(race, 0ms);
    expect_equal(wake_up_of(race), std::string("250"), "after the first", kWakeUp);
    begun_at(race, 270ms);
    expect_equal(wake_up_of(race), std::string("520"), "after the second, at 270 ms", kWakeUp);
    step("let one fail");
    race.failed();
    expect_equal(wake_up_of(race, 270ms), std::string("at once"), "after the failure",
                 kFailureWaits);
    begun_at(race, 300ms);
    expect_equal(wake_up_of(race), std::string("600"), "when all have begun", kWakeUp);
    step("let another one fail");
    race.failed();
    expect_equal(wake_up_of(race, 310ms), std::string("600"), "when all have begun, and one fails",
                 kWakeUp);
    step("the same with a deadline at 100 ms, and without one");
    ConnectRace short_one(3, at(100ms));
    begun_at(short_one, 0ms);
    expect_equal(wake_up_of(short_one), std::string("100"), "after the first", kWakeUp);
    ConnectRace endless(1, Deadline::never());
    begun_at(endless, 0ms);
    expect_equal(wake_up_of(endless), std::string("never"), "when all have begun", kWakeUp);
}

TEST_CASE("the race is lost when each address has failed and not before") {
    ConnectRace race(2, Deadline::never());
    step("begin with the first of two, and let it fail");
    begun_at(race, 0ms);
    race.failed();
    expect(!race.is_lost(), "the race of two after one failure", "not lost", "lost", kLost);
    step("begin with the second");
    begun_at(race, 1ms);
    expect(!race.is_lost(), "the race with one under way", "not lost", "lost", kLost);
    expect_equal(race.begun(), 2U, "addresses begun", kNotTaken);
    step("let it fail");
    race.failed();
    expect(race.is_lost(), "the race after two failures", "lost", "not lost", kLost);
}
