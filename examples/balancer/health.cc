#include "health.hh"

#include "daemon/back_off.hh"

namespace waymark::balancer {

Health::Change Health::failed(Instant now) {
    good_probes_ = 0;
    if (!is_up_ || ++failures_ < settings_.fall) return Change::none;
    is_up_ = false;
    probes_in_vain_ = 0;
    next_probe_ = now;
    return Change::went_down;
}

Health::Change Health::probed(bool is_good, Instant now) {
    next_probe_ = now + settings_.interval;
    if (!is_good) {
        const Change change = failed(now);
        // Also the probe that marked it down: the next one is not at once.
        if (!is_up_)
            next_probe_ = now + daemon::doubled_pause(probes_in_vain_++, settings_.interval,
                                                      settings_.longest);
        return change;
    }
    probes_in_vain_ = 0;
    if (is_up_) {
        failures_ = 0;
        return Change::none;
    }
    if (++good_probes_ < settings_.rise) return Change::none;
    is_up_ = true;
    failures_ = 0;
    good_probes_ = 0;
    return Change::came_up;
}

Health::Change Health::connected(bool is_good, Instant now) {
    if (!is_good) return failed(now);
    if (is_up_) failures_ = 0;
    return Change::none;
}

}  // namespace waymark::balancer
