#include "trips/outliers.hh"

#include <algorithm>

#include "trips/geography.hh"

namespace waymark::tracker {
namespace {

// Two fixes of the same second have jumped within one.
constexpr double kShortestStepS = 1;

Place place_of_point(const TrackPoint& point) {
    return {point.latitude_e7 / 1e7, point.longitude_e7 / 1e7};
}

double metres_between(const TrackPoint& a, const TrackPoint& b) {
    return distance_m(place_of_point(a), place_of_point(b));
}

double seconds_between(const TrackPoint& a, const TrackPoint& b) {
    return std::max(kShortestStepS, static_cast<double>(b.time_ms - a.time_ms) / 1000);
}

double speed_between(const TrackPoint& a, const TrackPoint& b) {
    return metres_between(a, b) / seconds_between(a, b);
}

bool is_impossible(const TrackPoint& a, const TrackPoint& b) {
    if (metres_between(a, b) < OutlierFinder::kShortestJumpM) return false;
    const bool is_short =
        seconds_between(a, b) <= static_cast<double>(OutlierFinder::kShortTime.count());
    return speed_between(a, b) >
           (is_short ? OutlierFinder::kFastestMps : OutlierFinder::kFastestInFlightMps);
}

}  // namespace

void OutlierFinder::add(const TrackPoint& point) {
    for (std::size_t first = count_; first-- > 1;) {
        if (!ends_outliers(point, first)) continue;
        tell_of(point, first);
        count_ = first;  // the next jump is seen from where all was well
        break;
    }
    keep(point);
}

// Whether what was kept from `first` on is a jump from which `point` comes back.
bool OutlierFinder::ends_outliers(const TrackPoint& point, std::size_t first) const {
    const TrackPoint& before = last_[first - 1];
    if (!is_impossible(before, last_[first]) || !is_impossible(last_[count_ - 1], point))
        return false;
    for (std::size_t i = first + 1; i < count_; ++i)
        if (is_impossible(last_[i - 1], last_[i])) return false;
    const double jump =
        std::min(metres_between(before, last_[first]), metres_between(last_[count_ - 1], point));
    return metres_between(before, point) < jump / 4;
}

void OutlierFinder::tell_of(const TrackPoint& after, std::size_t first) {
    const TrackPoint& before = last_[first - 1];
    const TrackPoint& there = last_[first];
    const TrackPoint& back = last_[count_ - 1];
    const double jump = std::min(metres_between(before, there), metres_between(back, after));
    const double speed = std::min(speed_between(before, there), speed_between(back, after));
    for (std::size_t i = first; i < count_; ++i) tell_({last_[i], jump, speed});
}

void OutlierFinder::keep(const TrackPoint& point) {
    if (count_ == last_.size()) {
        std::move(last_.begin() + 1, last_.end(), last_.begin());
        --count_;
    }
    last_[count_++] = point;
}

}  // namespace waymark::tracker
