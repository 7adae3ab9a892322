#include "trips/trip.hh"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace waymark::tracker {

namespace {

constexpr UnixMillis kStepWhenUnknown = 1000;

void leave_out(std::vector<TripPoint>& points) {
    std::vector<TripPoint> kept;
    kept.reserve(points.size());
    bool segment_began = false;
    for (TripPoint& point : points) {
        segment_began = segment_began || point.starts_segment;
        if (!point.time_ms) continue;
        // The mark moves to the first point of the segment that stays.
        point.starts_segment = segment_began;
        segment_began = false;
        kept.push_back(point);
    }
    points = std::move(kept);
}

// Fills points[begin, end), which have no time; the neighbours outside have one, if they exist.
void fill_gap(std::vector<TripPoint>& points, std::size_t begin, std::size_t end) {
    const bool has_before = begin > 0;
    const bool has_after = end < points.size();
    const auto count = static_cast<UnixMillis>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        const auto position = static_cast<UnixMillis>(i - begin) + 1;
        if (has_before && has_after) {
            const UnixMillis before = *points[begin - 1].time_ms;
            points[i].time_ms = before + (*points[end].time_ms - before) * position / (count + 1);
        } else if (has_before) {
            points[i].time_ms = *points[begin - 1].time_ms + position * kStepWhenUnknown;
        } else {
            points[i].time_ms = *points[end].time_ms - (count + 1 - position) * kStepWhenUnknown;
        }
    }
}

void fill_in(std::vector<TripPoint>& points) {
    std::size_t begin = 0;
    while (begin < points.size()) {
        if (points[begin].time_ms) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < points.size() && !points[end].time_ms) ++end;
        fill_gap(points, begin, end);
        begin = end;
    }
}

}  // namespace

double distance_m(const Trip& trip) {
    double sum = 0;
    for (std::size_t i = 1; i < trip.points.size(); ++i) {
        if (trip.points[i].starts_segment) continue;
        sum += distance_m(trip.points[i - 1].place, trip.points[i].place);
    }
    return sum;
}

void settle_times(Trip& trip, MissingTimes missing) {
    const auto is_untimed = [](const TripPoint& point) { return !point.time_ms.has_value(); };
    trip.without_time =
        static_cast<std::size_t>(std::count_if(trip.points.begin(), trip.points.end(), is_untimed));
    if (missing == MissingTimes::leave_out || trip.without_time == trip.points.size()) {
        leave_out(trip.points);
    } else {
        fill_in(trip.points);
    }
}

std::size_t count_rollover(const Trip& trip, UnixMillis now) {
    const auto is_early = [now](const TripPoint& point) {
        return point.time_ms && *point.time_ms <= now - kRollover;
    };
    return static_cast<std::size_t>(
        std::count_if(trip.points.begin(), trip.points.end(), is_early));
}

void undo_rollover(Trip& trip, UnixMillis now) {
    for (TripPoint& point : trip.points)
        if (point.time_ms && *point.time_ms <= now - kRollover) *point.time_ms += kRollover;
}

void shift_to_end_at(Trip& trip, UnixMillis end) {
    if (trip.points.empty()) return;
    const auto earlier = [](const TripPoint& a, const TripPoint& b) {
        assert(a.time_ms && b.time_ms);
        return *a.time_ms < *b.time_ms;
    };
    const UnixMillis last =
        *std::max_element(trip.points.begin(), trip.points.end(), earlier)->time_ms;
    for (TripPoint& point : trip.points) *point.time_ms += end - last;
}

void play_from(Trip& trip, UnixMillis begin, double speed) {
    if (trip.points.empty()) return;
    const UnixMillis first = *trip.points.front().time_ms;
    for (TripPoint& point : trip.points) {
        const auto since_first = static_cast<double>(*point.time_ms - first);
        point.time_ms = begin + std::llround(since_first / speed);
        if (point.speed_mps) *point.speed_mps *= speed;
    }
}

}  // namespace waymark::tracker
