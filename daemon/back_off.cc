#include "daemon/back_off.hh"

#include <algorithm>

namespace waymark::daemon {

using std::chrono::milliseconds;

milliseconds doubled_pause(int failures, milliseconds first, milliseconds longest) {
    milliseconds pause = first;
    for (int i = 0; i < failures && pause < longest; ++i)
        pause = pause > longest / 2 ? longest : pause * 2;
    return std::min(pause, longest);
}

void BackOff::failed(Instant now) {
    if (failures_ > 0 && now < not_before_.instant()) return;
    // Counted from the end of the pause: during a long pause nothing can fail, and that is no
    // health.
    if (failures_ > 0 && Deadline::after(times_.healthy, not_before_.instant()).expired(now))
        failures_ = 0;
    const milliseconds pause = failures_ == 0
                                   ? milliseconds(0)
                                   : doubled_pause(failures_ - 1, times_.first, times_.longest);
    not_before_ = Deadline::after(pause, now);
    ++failures_;
}

}  // namespace waymark::daemon
