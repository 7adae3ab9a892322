// What a sentence of NMEA 0183 says of a place, as a point that the rules of reported_point judge.

#pragma once

#include "protocols/reported_point.hh"
#include "trips/nmea_sentence.hh"

namespace waymark::tracker {

// Whether the receiver says that it knows where it is: an RMC with status A.
bool says_place(const NmeaSentence& rmc);

// Of an RMC; `unit` is the device's own for its speed, which is in knots by the standard.
ReportedPoint point_of_sentence(const NmeaSentence& rmc, SpeedUnit unit);

}  // namespace waymark::tracker
