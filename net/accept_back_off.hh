// When to accept again after the system ran out of descriptors or memory. The waiting client stays
// in the queue, so the listener stays readable: a loop that asks again at once turns at full speed
// and gives the program no time to become free. Here it pauses 5 ms, then twice as long each time,
// up to 1 s; the first success forgets it. Clocks are handed in.

#pragma once

#include <chrono>

#include "daemon/deadline.hh"

namespace waymark::net {

class AcceptBackOff {
  public:
    using Clock = daemon::Deadline::Clock;
    static constexpr std::chrono::milliseconds kFirstPause{5};
    static constexpr std::chrono::milliseconds kLongestPause{1000};

    // After AcceptStatus::exhausted: no accept before the instant that is returned.
    daemon::Deadline exhausted(Clock::time_point now = Clock::now());

    // After AcceptStatus::accepted.
    void succeeded() { pause_ = kFirstPause; }

  private:
    std::chrono::milliseconds pause_ = kFirstPause;
};

}  // namespace waymark::net
