#include "net/accept_back_off.hh"

#include <algorithm>

namespace waymark::net {

//#region exercise-09
daemon::Deadline AcceptBackOff::exhausted(Clock::time_point now) {
    const daemon::Deadline resume_at(now + pause_);
    pause_ = std::min(pause_ * 2, kLongestPause);
    return resume_at;
}
//#endregion exercise-09

}  // namespace waymark::net
