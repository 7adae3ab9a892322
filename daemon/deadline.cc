#include "daemon/deadline.hh"

#include <algorithm>
#include <climits>

namespace waymark::daemon {

using std::chrono::ceil;
using std::chrono::microseconds;
using std::chrono::milliseconds;

Deadline Deadline::after(Clock::duration duration, Clock::time_point now) {
    if (duration >= Clock::time_point::max() - now) return never();
    return Deadline(now + duration);
}

int Deadline::poll_timeout(Clock::time_point now) const {
    if (is_never()) return -1;
    if (expired(now)) return 0;
    const auto left = ceil<milliseconds>(instant_ - now).count();
    return static_cast<int>(std::min<decltype(left)>(left, INT_MAX));
}

timeval Deadline::select_timeout(Clock::time_point now) const {
    constexpr auto kLongest = milliseconds(INT_MAX);
    if (expired(now)) return {0, 0};
    const auto left = is_never()
                          ? microseconds(kLongest)
                          : std::min(ceil<microseconds>(instant_ - now), microseconds(kLongest));
    return {static_cast<time_t>(left.count() / 1'000'000),
            static_cast<suseconds_t>(left.count() % 1'000'000)};
}

}  // namespace waymark::daemon
