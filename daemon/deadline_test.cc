#include "daemon/deadline.hh"

#include <doctest/doctest.h>

#include <climits>

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {
const Deadline::Clock::time_point kNow{1000s};
}

TEST_CASE("a deadline that never comes asks poll to wait for ever") {
    CHECK(Deadline::never().poll_timeout(kNow) == -1);
    CHECK_FALSE(Deadline::never().expired(kNow));
    CHECK(Deadline::after(Deadline::Clock::duration::max(), kNow).is_never());
}

TEST_CASE("a duration too long for the clock never comes, whatever its unit") {
    const auto now = Deadline::Clock::now();
    CHECK(Deadline::after(std::chrono::hours::max(), now).is_never());
    CHECK(Deadline::after(std::chrono::seconds::max(), now).is_never());
    CHECK(Deadline::after(std::chrono::milliseconds::max(), now).is_never());
    CHECK(Deadline::after(std::chrono::years(300), now).is_never());
    CHECK(Deadline::after(std::chrono::nanoseconds::max(), now).is_never());
    CHECK_FALSE(Deadline::after(std::chrono::years(100), now).is_never());
    CHECK_FALSE(Deadline::after(std::chrono::years(100), now).expired(now));
}

TEST_CASE("a duration long past has expired, whatever its unit") {
    for (const auto now : {Deadline::Clock::now(), Deadline::Clock::time_point(-1000s),
                           Deadline::Clock::time_point::min()}) {
        CHECK(Deadline::after(std::chrono::seconds::min(), now).expired(now));
        CHECK(Deadline::after(std::chrono::nanoseconds::min(), now).expired(now));
        CHECK(Deadline::after(-1ms, now).expired(now));
        CHECK(Deadline::after(0ns, now).expired(now));
        CHECK_FALSE(Deadline::after(1ns, now).expired(now));
    }
}

TEST_CASE("what is left until an instant at the end of the clock does not wrap round") {
    const Deadline last{Deadline::Clock::time_point::max() - 1ns};
    for (const auto now :
         {Deadline::Clock::time_point(-1000s), Deadline::Clock::time_point::min()}) {
        CHECK(last.poll_timeout(now) == INT_MAX);
        CHECK(last.select_timeout(now).tv_sec == INT_MAX / 1000);
    }
}

TEST_CASE("what is left is rounded up, so that a wait does not end early and spin") {
    CHECK(Deadline::after(1ns, kNow).poll_timeout(kNow) == 1);
    CHECK(Deadline::after(1500us, kNow).poll_timeout(kNow) == 2);
    CHECK(Deadline::after(2s, kNow).poll_timeout(kNow) == 2000);
}

TEST_CASE("an instant that has come leaves nothing") {
    const Deadline deadline = Deadline::after(5ms, kNow);
    CHECK(deadline.expired(kNow + 5ms));
    CHECK(deadline.poll_timeout(kNow + 5ms) == 0);
    CHECK(deadline.poll_timeout(kNow + 1h) == 0);
    CHECK(deadline.select_timeout(kNow + 1h).tv_sec == 0);
}

TEST_CASE("a second wait gets only what the first one left") {
    const Deadline deadline = Deadline::after(100ms, kNow);
    CHECK(deadline.poll_timeout(kNow + 60ms) == 40);
}

TEST_CASE("select gets seconds and microseconds") {
    const timeval left = Deadline::after(1250ms, kNow).select_timeout(kNow);
    CHECK(left.tv_sec == 1);
    CHECK(left.tv_usec == 250'000);
    CHECK(Deadline::never().select_timeout(kNow).tv_sec == INT_MAX / 1000);
}

TEST_CASE("a wait longer than poll can say is cut, not wrapped round") {
    CHECK(Deadline::after(24h * 365, kNow).poll_timeout(kNow) == INT_MAX);
}

TEST_CASE("the earlier deadline is the smaller one") {
    CHECK(Deadline::after(1s, kNow) < Deadline::after(2s, kNow));
    CHECK(Deadline::after(1s, kNow) < Deadline::never());
}
