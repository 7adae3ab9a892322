#include "trips/place_speeds.hh"

#include "trips/gap.hh"
#include "trips/geography.hh"

namespace waymark::tracker {

std::optional<float> PlaceSpeeds::add(const TrackPoint& point, bool is_break) {
    const bool is_first = count_ == 0;
    const double step_m = is_first ? 0 : distance_m(place_of(last_), place_of(point));
    const UnixMillis step_ms = is_first ? 0 : point.time_ms - last_.time_ms;
    const bool is_fast = step_m * 1000 > kJumpMps * static_cast<double>(step_ms);
    last_ = point;
    if (!is_first && !is_break) way_m_ += step_m;
    const Moment now{point.time_ms, way_m_};
    if (is_first || is_break || (is_fast && !was_fast_)) {
        was_fast_ = is_fast && !is_first && !is_break;
        begin_at(now);
        return std::nullopt;
    }
    was_fast_ = is_fast;
    if (count_ == kMost) {
        first_ = (first_ + 1) % kMost;
        --count_;
    }
    window_[(first_ + count_++) % kMost] = now;
    while (count_ > 2 && now.time_ms - oldest(1).time_ms >= kWindowMs) {
        first_ = (first_ + 1) % kMost;
        --count_;
    }
    const UnixMillis passed = now.time_ms - oldest().time_ms;
    if (passed < kShortestWindowMs) return std::nullopt;
    return static_cast<float>((now.way_m - oldest().way_m) * 1000 / static_cast<double>(passed));
}

void PlaceSpeeds::begin_at(const Moment& moment) {
    first_ = 0;
    count_ = 1;
    window_[0] = moment;
}

}  // namespace waymark::tracker
