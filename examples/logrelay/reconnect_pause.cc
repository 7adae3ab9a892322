#include "reconnect_pause.hh"

#include "daemon/back_off.hh"

namespace waymark::logrelay {

std::chrono::milliseconds reconnect_pause(int failures, const PauseLimits& limits, double chance) {
    const auto whole = daemon::doubled_pause(failures - 1, limits.first, limits.longest);
    const double part = 1.0 - chance / 2;
    return std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(whole.count()) * part));
}

}  // namespace waymark::logrelay
