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
