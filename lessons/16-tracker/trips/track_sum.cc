#include "trips/track_sum.hh"

#include <algorithm>

#include "trips/gap.hh"

namespace waymark::tracker {

namespace {

UnixMillis moving_time(double metres, UnixMillis milliseconds) {
    const bool moves = metres * 1000 >= TrackSum::kMovingMps * static_cast<double>(milliseconds);
    return moves && metres > 0 ? milliseconds : 0;
}

}  // namespace

void TopSpeed::add(UnixMillis time_ms, std::optional<float> speed_mps) {
    if (!speed_mps) return;
    const bool is_near = last_ && time_ms - last_ms_ <= kNearMs;
    if (is_near) take(std::min(*last_, *speed_mps));
    if (last_ && !is_near && !last_has_neighbour_) take(*last_);
    last_ = speed_mps;
    last_ms_ = time_ms;
    last_has_neighbour_ = is_near;
}

std::optional<float> TopSpeed::top() const {
    if (!last_ || last_has_neighbour_) return top_;
    return std::max(top_.value_or(0), *last_);
}

void TopSpeed::take(float speed_mps) {
    top_ = std::max(top_.value_or(0), speed_mps);
}

void Climb::add(std::optional<float> altitude_m) {
    if (!altitude_m) return;
    const double altitude = static_cast<double>(*altitude_m);
    if (lowest_ && altitude - *lowest_ >= kStepM) {
        climbed_m_ += altitude - *lowest_;
        lowest_ = altitude;
    } else if (!lowest_ || altitude < *lowest_) {
        lowest_ = altitude;
    }
}

std::optional<double> Climb::metres() const {
    if (!lowest_) return std::nullopt;
    return climbed_m_;
}

void TrackSum::add(const TrackPoint& point) {
    const bool is_first = sum_.fixes++ == 0;
    if (is_first) sum_.first_ms = point.time_ms;
    sum_.last_ms = point.time_ms;
    const bool is_break = is_first || is_gap(last_, point);
    if (point.speed_mps) sum_.has_sent_speeds = true;
    sent_.add(point.time_ms, point.speed_mps);
    worked_out_.add(point.time_ms, speeds_.add(point, is_break));
    if (is_break) {
        if (!is_first) {
            ++sum_.gaps;
            leave_stay(last_, 0);
        }
        begin_stay(point);
    } else {
        const double from_anchor_m = distance_m(place_of(stay_.anchor), place_of(point));
        if (from_anchor_m > kRestRadiusM) {
            leave_stay(point, from_anchor_m);
            begin_stay(point);
        } else {
            const double step_m = distance_m(place_of(last_), place_of(point));
            stay_.way_m += step_m;
            stay_.moving_ms += moving_time(step_m, point.time_ms - last_.time_ms);
        }
    }
    last_ = point;
}

void TrackSum::begin_stay(const TrackPoint& point) {
    stay_ = {point, 0, 0};
    climb_.add(point.altitude_m);
}

// Counts what has happened since the anchor, up to `point`: all of it, or, after a rest, the
// straight way from there.
void TrackSum::leave_stay(const TrackPoint& point, double from_anchor_m) {
    const UnixMillis step_ms = point.time_ms - last_.time_ms;
    if (is_rest(last_.time_ms)) {
        sum_.distance_m += from_anchor_m;
        sum_.moving_ms += moving_time(from_anchor_m, step_ms);
        return;
    }
    const double step_m = distance_m(place_of(last_), place_of(point));
    sum_.distance_m += stay_.way_m + step_m;
    sum_.moving_ms += stay_.moving_ms + moving_time(step_m, step_ms);
}

TrackSum::Figures TrackSum::figures() const {
    Figures figures = sum_;
    if (figures.fixes > 0 && !is_rest(last_.time_ms)) {
        figures.distance_m += stay_.way_m;
        figures.moving_ms += stay_.moving_ms;
    }
    figures.climb_m = climb_.metres();
    figures.top_speed_mps = figures.has_sent_speeds ? sent_.top() : worked_out_.top();
    return figures;
}

}  // namespace waymark::tracker
