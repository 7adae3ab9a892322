#include "net/accept_backoff.hh"

#include <algorithm>

namespace waymark::net {

daemon::Deadline AcceptBackoff::exhausted(Clock::time_point now) {
    resume_at_ = now + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
    return daemon::Deadline(resume_at_);
}

}  // namespace waymark::net
