// A clock that jumps, for contracts in which time passes: 250 ms here, a deadline there. While it
// runs, all clocks of the process stand still, and a wait that finds nothing moves them on by its
// time-out and is over. So a minute costs nothing, the instants that a case looks at are exact on
// the busiest machine, and two events that lie a millisecond apart come in that order.
//
// It moves in waits only (Call::poll and the sleeps of Call::pause, faults.hh), unless the looks at
// it are told to take time: who asks the clock in a loop, until time has passed, loops for ever. A
// wait without a time-out is a real one when no event is left, and one of less than nothing is
// refused (EINVAL). For one thread.

#pragma once

#include <chrono>
#include <functional>

namespace waymark::course::check {

// One at a time. The clocks go on from their true time when its scope ends.
class FastClock {
  public:
    FastClock();
    FastClock(const FastClock&) = delete;
    FastClock& operator=(const FastClock&) = delete;
    ~FastClock();

    // When so much time has passed, `event` runs, in the middle of the wait in which that is; the
    // wait then looks again. The events of one instant come in the order of these calls.
    void at(std::chrono::milliseconds passed, std::function<void()> event);
    // A signal that has a handler: the wait in which this instant lies ends with EINTR.
    void interrupt_at(std::chrono::milliseconds passed);
    // From here on each look at a clock moves it on, after it was read. So a deadline comes between
    // two looks, as it does once a month. An event that is passed by runs in the next wait.
    void each_look_takes(std::chrono::nanoseconds time);

    std::chrono::milliseconds passed() const;
};

// For calls that wait by themselves, and are no part of faults.hh: time passes as in a wait.
void pass_time(std::chrono::nanoseconds time);

}  // namespace waymark::course::check
