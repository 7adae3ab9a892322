#include "trips/rest_window.hh"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "trips/trip_rules.hh"

namespace waymark::tracker {

using namespace trip_rules;

namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kMetresPerDegree = kEarthRadiusM * kDegree;
// Nobody's receiver is better, and one that says so must not outweigh all others.
constexpr double kBestAccuracyM = 5;

bool is_near(const Waypoint& point, Place middle) {
    return distance_m(point.place(), middle) - point.accuracy_m <= kEdgeM;
}

}  // namespace

double narrowing(const Waypoint& point) {
    return std::max(0.01, std::cos(point.place().latitude_deg * kDegree));
}

void Extent::add(const Waypoint& point, double cosine) {
    const Place place = point.place();
    const double north = point.accuracy_m / kMetresPerDegree;
    const double east = north / cosine;
    north_ = std::max(north_, place.latitude_deg - north);
    south_ = std::min(south_, place.latitude_deg + north);
    east_ = std::max(east_, place.longitude_deg - east);
    west_ = std::min(west_, place.longitude_deg + east);
}

bool Extent::fits(double metres, double cosine) const {
    const double degrees = metres / kMetresPerDegree;
    return north_ - south_ <= degrees && east_ - west_ <= degrees / cosine;
}

void MiddleOfPlaces::add(const Waypoint& point) {
    const double accuracy = std::max(point.accuracy_m, kBestAccuracyM);
    const double weight = 1 / (accuracy * accuracy);
    const Place place = point.place();
    latitude_ += weight * place.latitude_deg;
    longitude_ += weight * place.longitude_deg;
    weight_ += weight;
}

// The newest fix that is old enough for a stay from there to `time`; 0 if none is.
std::size_t RestWindow::first_within_reach(UnixMillis time) const {
    std::size_t first = 0;
    while (first + 1 < points_.size() && points_[first + 1].time_ms <= time - kMinimumStay) ++first;
    return first;
}

bool RestWindow::is_at_rest(std::size_t first, const Waypoint& point) const {
    if (points_.empty() || points_[first].time_ms > point.time_ms - kMinimumStay) return false;
    const double cosine = narrowing(point);
    Extent box;
    box.add(point, cosine);
    // The oldest are the farthest: who moves is found out at once.
    for (std::size_t i = first; i < points_.size(); ++i) {
        box.add(points_[i], cosine);
        if (!box.fits(kSquareM, cosine)) return false;
    }
    return true;
}

Place RestWindow::middle(std::size_t first, const Waypoint* also) const {
    MiddleOfPlaces middle;
    for (std::size_t i = first; i < points_.size(); ++i) middle.add(points_[i]);
    if (also) middle.add(*also);
    return middle.place();
}

void RestWindow::add(Waypoint point) {
    const std::size_t first = first_within_reach(point.time_ms);
    const bool at_rest = is_at_rest(first, point);
    if (was_at_rest_ && !at_rest) end_group();
    was_at_rest_ = at_rest;
    leave(first);
    if (at_rest) begin_or_continue(point);
    points_.push_back(point);
}

// All fixes of the window are at rest, and `point` with them.
void RestWindow::begin_or_continue(Waypoint& point) {
    const auto is_rest = [](const Waypoint& held) { return held.mark == Waypoint::Mark::rest; };
    auto held = std::find_if(points_.begin(), points_.end(), is_rest);
    if (held == points_.end()) {
        ++group_;
        const Place middle_place = middle(0, &point);
        held = std::find_if(points_.begin(), points_.end(),
                            [&](const Waypoint& each) { return is_near(each, middle_place); });
        (held == points_.end() ? point : *held).group_began_at = middle_place;
    }
    for (; held != points_.end(); ++held) {
        held->mark = Waypoint::Mark::rest;
        held->group = group_;
    }
    point.mark = Waypoint::Mark::rest;
    point.group = group_;
}

// The window still is what was at rest last.
void RestWindow::end_group() {
    const Place middle_place = middle(0, nullptr);
    std::size_t last = points_.size() - 1;
    const auto is_rest = [this](std::size_t i) { return points_[i].mark == Waypoint::Mark::rest; };
    while (last > 0 && is_rest(last - 1) && !is_near(points_[last], middle_place))
        points_[last--].mark = Waypoint::Mark::edge;
    points_[last].group_ended_at = middle_place;
}

void RestWindow::leave(std::size_t count) {
    for (; count > 0; --count) {
        left_(points_.front());
        points_.pop_front();
    }
}

void RestWindow::finish() {
    leave(points_.size());
    was_at_rest_ = false;
}

}  // namespace waymark::tracker
