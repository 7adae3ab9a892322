#include "trips/rest_window.hh"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "trips/trip_rules.hh"

namespace waymark::tracker {

namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kMetresPerDegree = kEarthRadiusM * kDegree;
// Nobody's receiver is better, and one that says so must not outweigh all others.
constexpr double kBestAccuracyM = 5;

bool is_near(const Waypoint& point, Place middle) {
    return distance_m(point.place(), middle) - point.accuracy_m <= trip_rules::kEdgeM;
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
    while (first + 1 < points_.size() &&
           points_[first + 1].time_ms <= time - trip_rules::kMinimumStay)
        ++first;
    return first;
}

bool RestWindow::is_at_rest(std::size_t first, const Waypoint& point) const {
    if (points_.empty() || points_[first].time_ms > point.time_ms - trip_rules::kMinimumStay)
        return false;
    const double cosine = narrowing(point);
    Extent box;
    box.add(point, cosine);
    // The oldest are the farthest: who moves is found out at once.
    for (std::size_t i = first; i < points_.size(); ++i) {
        box.add(points_[i], cosine);
        if (!box.fits(trip_rules::kSquareM, cosine)) return false;
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
    leave(first);
    if (at_rest && (was_at_rest_ || !begin_group(point))) continue_group(point);
    was_at_rest_ = at_rest;
    points_.push_back(point);
}

// All fixes of the window, and `point` with them, are at rest again. False if that is the same stay
// as before: some of them were of it, and it was here.
bool RestWindow::begin_group(Waypoint& point) {
    const auto is_rest = [](const Waypoint& held) { return held.mark == Waypoint::Mark::rest; };
    const auto after_rest = std::find_if(points_.rbegin(), points_.rend(), is_rest).base();
    const Place here = middle(0, &point);
    if (after_rest != points_.begin() && distance_m(ended_at_, here) <= trip_rules::kSamePlaceM)
        return false;
    ++group_;
    const auto first = std::find_if(after_rest, points_.end(),
                                    [&here](const Waypoint& held) { return is_near(held, here); });
    (first == points_.end() ? point : *first).group_began_at = here;
    mark_rest(static_cast<std::size_t>(first - points_.begin()), point);
    return true;
}

void RestWindow::continue_group(Waypoint& point) {
    std::size_t first = 0;
    while (first < points_.size() &&
           (points_[first].mark != Waypoint::Mark::rest || points_[first].group != group_))
        ++first;
    mark_rest(first, point);
}

void RestWindow::mark_rest(std::size_t first, Waypoint& point) {
    const auto mark = [this](Waypoint& held) {
        held.mark = Waypoint::Mark::rest;
        held.group = group_;
    };
    for (; first < points_.size(); ++first) mark(points_[first]);
    mark(point);
}

// The window still is what was at rest last.
void RestWindow::end_group() {
    ended_at_ = middle(0, nullptr);
    std::size_t last = points_.size() - 1;
    const auto is_rest = [this](std::size_t i) { return points_[i].mark == Waypoint::Mark::rest; };
    while (last > 0 && is_rest(last - 1) && !is_near(points_[last], ended_at_))
        points_[last--].mark = Waypoint::Mark::edge;
    points_[last].group_ended_at = ended_at_;
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
