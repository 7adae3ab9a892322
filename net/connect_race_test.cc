#include "net/connect_race.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

using namespace waymark::net;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using Clock = Deadline::Clock;

namespace {

const Clock::time_point kStart = Clock::time_point(1000s);

// At `at` so many attempts fail, and then the race is asked until it has nothing more.
struct Moment {
    std::chrono::milliseconds at;
    int failures = 0;
};

// "0@0 1@250": which address began when.
std::string run(std::size_t addresses, Deadline deadline, const std::vector<Moment>& moments) {
    ConnectRace race(addresses, deadline);
    std::string begun;
    for (const Moment& moment : moments) {
        for (int i = 0; i < moment.failures; ++i) race.failed();
        while (const auto place = race.next(kStart + moment.at))
            begun += fmt::format("{}{}@{}", begun.empty() ? "" : " ", *place, moment.at.count());
    }
    return begun;
}

Deadline deadline_at(std::chrono::milliseconds at) {
    return Deadline(kStart + at);
}

}  // namespace

TEST_CASE("each address begins a stagger after the one before or at once after a failure") {
    const Deadline never = Deadline::never();
    CHECK(run(3, never, {{0ms}}) == "0@0");
    CHECK(run(3, never, {{0ms}, {249ms}}) == "0@0");
    CHECK(run(3, never, {{0ms}, {250ms}, {499ms}, {500ms}, {900ms}}) == "0@0 1@250 2@500");
    CHECK(run(3, never, {{0ms}, {1ms, 1}}) == "0@0 1@1");
    CHECK(run(3, never, {{0ms}, {1ms, 1}, {250ms}, {251ms}}) == "0@0 1@1 2@251");
    CHECK(run(3, never, {{0ms}, {250ms}, {300ms, 1}}) == "0@0 1@250 2@300");
    CHECK(run(4, never, {{0ms}, {250ms}, {300ms, 2}}) ==
          "0@0 1@250 2@300");  // two fail: one begins
    CHECK(run(1, never, {{0ms}, {250ms}, {500ms, 1}}) == "0@0");
    CHECK(run(0, never, {{0ms}}) == "");
    CHECK(run(2, never, {{0ms}, {60'000ms}, {60'001ms}}) == "0@0 1@60000");  // late: no catching up
    CHECK(run(3, never, {{0ms}, {60'000ms}, {60'001ms}}) == "0@0 1@60000");
}

TEST_CASE("from the deadline on none begins but the first") {
    CHECK(run(3, deadline_at(300ms), {{0ms}, {250ms}, {500ms}}) == "0@0 1@250");
    CHECK(run(3, deadline_at(300ms), {{0ms}, {300ms, 1}}) == "0@0");
    CHECK(run(3, deadline_at(300ms), {{0ms}, {299ms, 1}}) == "0@0 1@299");
    CHECK(run(3, deadline_at(0ms), {{0ms}, {0ms, 1}}) == "0@0");
    CHECK(run(2, Deadline(Clock::time_point::min()), {{0ms}, {250ms}}) == "0@0");
}

TEST_CASE("it wakes up for the next address or for the deadline") {
    const auto after_start = [](const ConnectRace& race) {
        return (race.wake_up().instant() - kStart) / 1ms;
    };
    ConnectRace race(3, deadline_at(600ms));
    CHECK(race.wake_up().expired(kStart));
    race.next(kStart);
    CHECK(after_start(race) == 250);
    race.next(kStart + 250ms);
    CHECK(after_start(race) == 500);
    race.failed();
    CHECK(race.wake_up().expired(kStart));
    race.next(kStart + 400ms);
    CHECK(after_start(race) == 600);  // all are under way
    ConnectRace short_race(3, deadline_at(100ms));
    short_race.next(kStart);
    CHECK(after_start(short_race) == 100);
    ConnectRace endless(1, Deadline::never());
    endless.next(kStart);
    CHECK(endless.wake_up().is_never());
}

TEST_CASE("it is lost when each address has failed") {
    ConnectRace race(2, Deadline::never());
    race.next(kStart);
    race.failed();
    CHECK_FALSE(race.is_lost());
    race.next(kStart);
    CHECK_FALSE(race.is_lost());
    race.failed();
    CHECK(race.is_lost());
    CHECK(race.begun() == 2);
}
