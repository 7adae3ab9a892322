#include "net/accept_back_off.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::net;
using namespace std::chrono_literals;

namespace {
const AcceptBackOff::Clock::time_point kNow{1000s};
}

TEST_CASE("a pause doubles from 5 ms to 1 s and grows no further") {
    AcceptBackOff back_off;
    for (const auto pause : {5ms, 10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms})
        CHECK(back_off.exhausted(kNow).instant() == kNow + pause);
}

TEST_CASE("a success forgets the earlier pauses") {
    AcceptBackOff back_off;
    for (int i = 0; i < 5; ++i) back_off.exhausted(kNow);
    back_off.succeeded();
    CHECK(back_off.exhausted(kNow).instant() == kNow + 5ms);
}
