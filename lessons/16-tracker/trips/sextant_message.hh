// Points as a logger writes them that speaks Sextant (SEXTANT.md): the other side of
// protocols/sextant, for replays and for tests of it.

#pragma once

#include <string>
#include <vector>

#include "trips/trip.hh"

namespace waymark::tracker {

// The text with '*' and its checksum behind it, and a line end.
std::string sextant_line(std::string text);

// The whole body. Each point has a time. What is not known is an empty field; coordinates have so
// many digits that the server's rounding decides.
std::string sextant_body(const std::vector<TripPoint>& points);

}  // namespace waymark::tracker
