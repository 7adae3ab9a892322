// The time of day as fixes have it. For what is stored and shown; deadlines have a clock that does not
// jump (daemon/deadline).

#pragma once

#include <chrono>

#include "fix.hh"

namespace waymark::tracker {

// Later than anything that is stored: the year 10000.
inline constexpr UnixMillis kEndOfTime = 253'402'300'800'000;

// What the system's clock says now.
inline UnixMillis unix_now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace waymark::tracker
