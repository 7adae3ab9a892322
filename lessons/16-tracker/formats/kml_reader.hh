// KML 2.2 (OGC 07-147r2) with Google's gx:Track. Read are
//   - gx:Track: each <when> with its <gx:coord> (longitude, latitude, altitude), in whichever order
//     they come, the heading of <gx:angles>, and of the arrays in ExtendedData speed (m/s),
//     accuracy (m), battery (percent), course;
//   - a Placemark with a Point and a TimeStamp, or a TimeSpan, whose begin counts; not those of a
//     LookAt or Camera, which are of the picture that is shown.
// A line or a Point without a time is no position; it is counted. A KMZ is a ZIP: it is to be
// unpacked first.
//
// A track waits for its arrays, which come last; of one that is longer than kMostWaiting the first
// points go without them. One with more than kMostWhens times before its first place is refused.

#pragma once

#include <cstddef>
#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

inline constexpr std::size_t kMostWaiting = 50'000;  // points of one gx:Track
inline constexpr std::size_t kMostWhens = 1'000'000;

std::unique_ptr<TrackReader> make_kml_reader(ImportedPoints& points);

}  // namespace waymark::tracker
