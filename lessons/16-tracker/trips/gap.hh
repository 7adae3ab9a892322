// One rule, used wherever a line is drawn or a distance is summed: between two fixes that are more
// than ten minutes AND more than one kilometre apart nobody knows the way. No line is drawn there
// and nothing is counted. Ten minutes alone are a phone that saved battery while it lay still; one
// kilometre alone is a fast train. (web/pages/assets/gap.js says the same of the live map.)

#pragma once

#include "fix.hh"
#include "store/fix_row.hh"
#include "trips/geography.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kGapMs = 10 * 60 * 1000;
inline constexpr double kGapM = 1000;

inline Place place_of(const TrackPoint& point) {
    return {point.latitude_e7 / 1e7, point.longitude_e7 / 1e7};
}

// `empty` is the time between the two in which it is known that there is no fix.
inline bool is_gap(const TrackPoint& before, const TrackPoint& after, UnixMillis empty) {
    return empty > kGapMs && distance_m(place_of(before), place_of(after)) > kGapM;
}

inline bool is_gap(const TrackPoint& before, const TrackPoint& after) {
    return is_gap(before, after, after.time_ms - before.time_ms);
}

}  // namespace waymark::tracker
