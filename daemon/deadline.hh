// An instant on the monotonic clock by which something must be done. A time-out ("5 seconds")
// starts anew with every call that is given it; a deadline does not, so ten short reads still end
// on time. The monotonic clock, because the date may jump while we wait (clock_gettime(2)).

#pragma once

#include <sys/time.h>

#include <chrono>
#include <concepts>

namespace waymark::daemon {

class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    // Never comes.
    constexpr Deadline() = default;
    explicit constexpr Deadline(Clock::time_point instant) : instant_(instant) {}

    static constexpr Deadline never() { return Deadline(); }
    // `duration` from `now`; a duration too long for the clock is never.
    static Deadline after(Clock::duration duration, Clock::time_point now = Clock::now());
    // The same in any unit. Its conversion to that of the clock would overflow where the compiler
    // does it: seconds::max() would lie in the past.
    template <std::integral Count, typename Unit>
    static Deadline after(std::chrono::duration<Count, Unit> duration,
                          Clock::time_point now = Clock::now()) {
        using Seconds = std::chrono::duration<long double>;
        if (Seconds(duration) >= Seconds(Clock::duration::max())) return never();
        if (Seconds(duration) <= Seconds(Clock::duration::min()))
            return Deadline(Clock::time_point::min());
        return after(std::chrono::duration_cast<Clock::duration>(duration), now);
    }

    constexpr bool is_never() const { return instant_ == Clock::time_point::max(); }
    constexpr Clock::time_point instant() const { return instant_; }
    bool expired(Clock::time_point now = Clock::now()) const { return now >= instant_; }

    // What is left, for poll(2) and epoll_wait(2): milliseconds, rounded up so that a wait never
    // ends just before the deadline and spins; 0 when it has come, -1 for never.
    int poll_timeout(Clock::time_point now = Clock::now()) const;

    // What is left, for select(2) and SO_RCVTIMEO. Zero when it has come; never is about 24 days.
    timeval select_timeout(Clock::time_point now = Clock::now()) const;

    friend constexpr auto operator<=>(Deadline a, Deadline b) = default;

  private:
    Clock::duration left(Clock::time_point now) const;

    Clock::time_point instant_ = Clock::time_point::max();
};

}  // namespace waymark::daemon
