#include "reconnect_pause.hh"

#include <doctest/doctest.h>

using namespace waymark::logrelay;
using namespace std::chrono_literals;

namespace {
constexpr PauseLimits kLimits{500ms, 60s};
}

TEST_CASE("the pause doubles with each failure, up to the bound") {
    CHECK(reconnect_pause(1, kLimits, 0) == 500ms);
    CHECK(reconnect_pause(2, kLimits, 0) == 1s);
    CHECK(reconnect_pause(7, kLimits, 0) == 32s);
    CHECK(reconnect_pause(8, kLimits, 0) == 60s);
    CHECK(reconnect_pause(1'000'000, kLimits, 0) == 60s);
}

TEST_CASE("chance takes up to half of it") {
    CHECK(reconnect_pause(2, kLimits, 0.5) == 750ms);
    CHECK(reconnect_pause(2, kLimits, 1) == 500ms);
    CHECK(reconnect_pause(100, kLimits, 1) == 30s);
}
