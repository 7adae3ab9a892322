// When to try again what has failed. Something that fails at once and is started again at once is a
// loop that eats the machine; children that die at birth make it a fork bomb. So the first failure
// is forgiven, the next ones cost a pause that doubles: 0, 1, 2, 4 ... 60 seconds. A time without
// failures forgets them.
//
// It only says when; it waits for nothing, and the clock is handed in.

#pragma once

#include <chrono>

#include "daemon/deadline.hh"

namespace waymark::daemon {

// The pause after `failures` of them in a row were paid for: `first`, doubled each time, at most
// `longest`.
std::chrono::milliseconds doubled_pause(int failures, std::chrono::milliseconds first,
                                        std::chrono::milliseconds longest);

class BackOff {
  public:
    using Instant = Deadline::Clock::time_point;

    struct Times {
        std::chrono::milliseconds first{1'000};     // the pause after the second failure in a row
        std::chrono::milliseconds longest{60'000};  // never more than this
        std::chrono::milliseconds healthy{60'000};  // so long without a failure: all is forgotten
    };

    BackOff() = default;
    explicit BackOff(Times times) : times_(times) {}

    // It failed at `now`. What fails before not_before() has come belongs to the same wave and
    // changes nothing. Who sees several failures in one look tells them once: fifty children that
    // die together are one failure, not fifty.
    void failed(Instant now);

    // Not to be tried again before this instant.
    Deadline not_before() const { return not_before_; }

    // Failures in a row, waves counted once.
    int failures() const { return failures_; }

  private:
    Times times_;
    Deadline not_before_{Instant::min()};
    int failures_ = 0;
};

}  // namespace waymark::daemon
