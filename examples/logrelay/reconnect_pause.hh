// How long to wait before the next try to connect. The pause doubles with each failure, up to a
// bound, and chance takes up to half of it away: when a server with a thousand clients comes back,
// they must not all knock at the same instant, nor at the same instants ever after.

#pragma once

#include <chrono>

namespace waymark::logrelay {

struct PauseLimits {
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds longest{60'000};
};

// After `failures` in a row, at least 1. `chance` is from 0 to 1, each value as likely as the
// others.
std::chrono::milliseconds reconnect_pause(int failures, const PauseLimits& limits, double chance);

}  // namespace waymark::logrelay
