// GeoJSON (RFC 7946): features in a collection, features one after the other, or one alone.
//   - A Point with a time in its properties: "time", "timestamp", "datetime" or "tst", in the forms
//     of protocols/time_text. Of the other properties are read speed (m/s), course or bearing or
//     heading, accuracy or horizontal_accuracy (m), battery (percent) or battery_level (0 to 1),
//     altitude (m) where the place has none.
//   - A LineString or MultiPoint, or a MultiLineString, whose times stand in the property
//     "coordTimes", "times" or "coordinateProperties.times", a time for each place.
// Other geometries, and places without a time, are counted. A feature longer than
// JsonRecords::kLongest is passed over: a line of some 150,000 places. Short ones could be more,
// and take ten times the memory of their text: behind kMostPlacesOfFeature the rest is passed over.

#pragma once

#include <cstddef>
#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

inline constexpr std::size_t kMostPlacesOfFeature = 200'000;

std::unique_ptr<TrackReader> make_geojson_reader(ImportedPoints& points);

}  // namespace waymark::tracker
