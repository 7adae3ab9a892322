#include "daemon/deadline.hh"

#include <algorithm>
#include <climits>

namespace waymark::daemon {

using std::chrono::ceil;
using std::chrono::microseconds;
using std::chrono::milliseconds;

Deadline Deadline::after(Clock::duration duration, Clock::time_point now) {
    Clock::rep instant = 0;
    if (__builtin_add_overflow(now.time_since_epoch().count(), duration.count(), &instant))
        return duration > duration.zero() ? never() : Deadline(Clock::time_point::min());
    return Deadline(Clock::time_point(Clock::duration(instant)));
}

// At most what a duration can hold: the instant may lie at one end of the clock and now at the
// other.
Deadline::Clock::duration Deadline::left(Clock::time_point now) const {
    Clock::rep left = 0;
    if (__builtin_sub_overflow(instant_.time_since_epoch().count(), now.time_since_epoch().count(),
                               &left))
        return Clock::duration::max();
    return Clock::duration(left);
}

int Deadline::poll_timeout(Clock::time_point now) const {
    if (is_never()) return -1;
    if (expired(now)) return 0;
    return static_cast<int>(std::min(ceil<milliseconds>(left(now)), milliseconds(INT_MAX)).count());
}

timeval Deadline::select_timeout(Clock::time_point now) const {
    constexpr auto kLongest = milliseconds(INT_MAX);
    if (expired(now)) return {0, 0};
    const auto wait = is_never() ? microseconds(kLongest)
                                 : std::min(ceil<microseconds>(left(now)), microseconds(kLongest));
    return {static_cast<time_t>(wait.count() / 1'000'000),
            static_cast<suseconds_t>(wait.count() % 1'000'000)};
}

}  // namespace waymark::daemon
