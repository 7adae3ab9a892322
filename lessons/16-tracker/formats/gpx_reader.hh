// GPX 1.0 and 1.1 (topografix.com/gpx.asp). Read are the points of tracks; routes and way points
// are where somebody meant to go, and are passed over. Of a point: lat, lon, ele (m), time, and
// wherever a vendor's extension has them speed (m/s), course (degrees), and what we write
// ourselves: accuracy (m) and battery (percent).

#pragma once

#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

// `points` must outlive it, as with each of these functions.
std::unique_ptr<TrackReader> make_gpx_reader(ImportedPoints& points);

}  // namespace waymark::tracker
