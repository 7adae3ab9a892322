#include "trips/ride.hh"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace waymark::tracker {

namespace {
// A quarter of a second: a car goes 6 m at most, so it does not come too fast into a bend.
constexpr double kLongestStepS = 0.25;
constexpr double kCrawlMps = 0.4;  // braking to exactly nothing would take for ever
constexpr double kEmptyBatteryPercent = 25;
}  // namespace

double Drift::step(double seconds, Random& random) {
    const double kept = std::exp(-seconds / memory_s_);
    const double fresh = deviation_ * std::sqrt(1 - kept * kept);
    value_ = value_ * kept + fresh * std::normal_distribution<double>(0, 1)(random);
    return value_;
}

double height_m(Place place) {
    // Waves of 3 to 11 km across, none of which divides another.
    const double east_km = place.longitude_deg * 75;
    const double north_km = place.latitude_deg * 111;
    return 560 + 45 * std::sin(east_km * 0.61 + 0.4) + 38 * std::sin(north_km * 0.83 + 1.9) +
           22 * std::sin((east_km + north_km) * 1.37) + 9 * std::sin((east_km - north_km) * 2.11);
}

Ride::Ride(const Traveller& traveller, Place home, std::uint64_t seed, UnixMillis start)
    : traveller_(traveller), map_(home), random_(seed), time_(start) {
    battery_percent_ = uniform(random_, 65, 98);
    plan();
}

void Ride::plan() {
    route_ = plan_round_trip(traveller_, random_);
    distance_.assign(1, 0);
    for (std::size_t i = 1; i < route_.size(); ++i)
        distance_.push_back(distance_.back() + length(route_[i].at - route_[i - 1].at));
    limit_by_slope_and_brakes();
    next_ = 1;
    travelled_m_ = 0;
    speed_mps_ = 0;
    standing_s_ = uniform(random_, 60, 240);  // at home, before leaving
    if (battery_percent_ < kEmptyBatteryPercent) battery_percent_ = uniform(random_, 90, 100);
}

// Backwards from each stop and bend: how fast one may be here and still be slow enough there.
void Ride::limit_by_slope_and_brakes() {
    route_.back().speed_limit_mps = 0;
    for (std::size_t i = route_.size() - 1; i-- > 0;) {
        const double step = std::max(0.01, distance_[i + 1] - distance_[i]);
        const double climb =
            height_m(map_.place(route_[i + 1].at)) - height_m(map_.place(route_[i].at));
        const double slope = std::clamp(climb / step, -0.1, 0.1);
        RoutePoint& point = route_[i];
        point.speed_limit_mps *= std::clamp(1 - traveller_.slope_effect * slope, 0.5, 1.4);
        if (point.stop.count() > 0) point.speed_limit_mps = 0;
        const double ahead = route_[i + 1].speed_limit_mps;
        point.speed_limit_mps = std::min(
            point.speed_limit_mps, std::sqrt(ahead * ahead + 2 * traveller_.braking_mps2 * step));
    }
}

Metres Ride::here() const {
    const double step = distance_[next_] - distance_[next_ - 1];
    const double part = step > 0 ? (travelled_m_ - distance_[next_ - 1]) / step : 0;
    return route_[next_ - 1].at + (route_[next_].at - route_[next_ - 1].at) * part;
}

Metres Ride::heading() const {
    return route_[next_].at - route_[next_ - 1].at;
}

Place Ride::true_place() const {
    return map_.place(here());
}

// Along the route for `seconds`, at most to the next point where it has to stand.
void Ride::drive(double seconds) {
    const double ahead = route_[next_].speed_limit_mps;
    const double left = distance_[next_] - travelled_m_;
    const double allowed =
        std::min(std::sqrt(ahead * ahead + 2 * traveller_.braking_mps2 * std::max(0.0, left)),
                 std::max(kCrawlMps, route_[next_ - 1].speed_limit_mps)) *
        (1 + std::clamp(mood_.step(seconds, random_), -0.15, 0.08));
    speed_mps_ =
        std::min(speed_mps_ + traveller_.acceleration_mps2 * seconds, std::max(kCrawlMps, allowed));
    travelled_m_ += speed_mps_ * seconds;
    while (travelled_m_ >= distance_[next_]) {
        const bool is_last = next_ + 1 == route_.size();
        if (is_last || route_[next_].stop.count() > 0) {
            travelled_m_ = distance_[next_];
            speed_mps_ = 0;
            standing_s_ = static_cast<double>(route_[next_].stop.count());
        }
        if (is_last) return plan();
        ++next_;
        if (standing_s_ > 0) return;
    }
}

void Ride::move(double seconds) {
    if (standing_s_ > 0) {
        standing_s_ -= seconds;
    } else {
        drive(seconds);
    }
    battery_percent_ =
        std::max(1.0, battery_percent_ - traveller_.battery_percent_per_hour * seconds / 3600);
}

TripPoint Ride::at(UnixMillis time) {
    assert(time >= time_);
    const double elapsed_s = static_cast<double>(time - time_) / 1000;
    time_ = time;
    for (double left_s = elapsed_s; left_s > 1e-9; left_s -= kLongestStepS)
        move(std::min(left_s, kLongestStepS));

    const Metres error{error_east_.step(elapsed_s, random_), error_north_.step(elapsed_s, random_)};
    TripPoint point;
    point.time_ms = time;
    point.place = map_.place(here() + error);
    point.altitude_m = height_m(true_place()) + error_up_.step(elapsed_s, random_);
    point.speed_mps = speed_mps_;
    // A receiver at rest does not know which way it looks.
    if (speed_mps_ > kCrawlMps) point.course_deg = course_deg(heading());
    point.accuracy_m = std::max(2.5, 4.5 + quality_.step(elapsed_s, random_));
    point.battery_percent = std::round(battery_percent_);
    return point;
}

}  // namespace waymark::tracker
