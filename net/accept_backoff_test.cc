#include "net/accept_backoff.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::net;
using namespace std::chrono_literals;

namespace {
const AcceptBackoff::Clock::time_point kNow{1000s};
}

TEST_CASE("a pause doubles from 5 ms to 1 s and grows no further") {
    AcceptBackoff backoff;
    for (const auto pause : {5ms, 10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms})
        CHECK(backoff.exhausted(kNow).instant() == kNow + pause);
}

TEST_CASE("nobody is accepted before the pause is over") {
    AcceptBackoff backoff;
    CHECK(backoff.may_accept(kNow));
    backoff.exhausted(kNow);
    CHECK_FALSE(backoff.may_accept(kNow));
    CHECK_FALSE(backoff.may_accept(kNow + 4ms));
    CHECK(backoff.may_accept(kNow + 5ms));
}

TEST_CASE("a success forgets the earlier pauses") {
    AcceptBackoff backoff;
    for (int i = 0; i < 5; ++i) backoff.exhausted(kNow);
    backoff.succeeded();
    CHECK(backoff.exhausted(kNow).instant() == kNow + 5ms);
}
