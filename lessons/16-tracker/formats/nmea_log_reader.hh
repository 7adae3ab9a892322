// NMEA 0183 logs: each RMC sentence is a position, and a GGA of the same second, before or after
// it, adds its altitude. Other sentences say no place and are passed over; what stands in a line
// before a sentence is, too (trips/nmea_sentence). One with a wrong checksum is counted; one
// without a checksum is taken, as long as no sentence of the log has had one.

#pragma once

#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

std::unique_ptr<TrackReader> make_nmea_log_reader(ImportedPoints& points);

}  // namespace waymark::tracker
