// What Google gives back of its location history, in the three forms that people have:
//   - Records.json of Takeout: "locations", each with latitudeE7, longitudeE7, timestamp or
//     timestampMs, altitude, velocity (m/s), heading, accuracy. Old files have places that ran over
//     32 bits; they are put right.
//   - Semantic Location History of Takeout (2024_JANUARY.json): "timelineObjects". Of a segment its
//     start, its end and the points of simplifiedRawPath; of a visit its place, at arrival and
//     departure. Way points without a time are not read.
//   - Timeline.json that a phone exports: on Android "semanticSegments" and "rawSignals", on
//   iPhones
//     an array. Of a segment the points of timelinePath, start and end of an activity, and the
//     place of a visit at arrival and departure; of the raw signals the positions.
// Places come as degrees x 10^7, as "48.1°, 11.5°" and as "geo:48.1,11.5".

#pragma once

#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

std::unique_ptr<TrackReader> make_takeout_records_reader(ImportedPoints& points);
std::unique_ptr<TrackReader> make_takeout_history_reader(ImportedPoints& points);
std::unique_ptr<TrackReader> make_phone_timeline_reader(ImportedPoints& points);

}  // namespace waymark::tracker
