// Whether a device's speeds are read in a wrong unit: a phone that says km/h and is read as if it
// said knots is 1.85 times as fast as it moves. This is the whole rule.
//
//   A good pair is two valid fixes in a row, of the same protocol, 1 to 30 s and 20 m or more
//   apart, at more than 1 m/s by that, whose own speeds differ by less than a fifth: a steady way.
//   What it says is the mean of the two speeds divided by distance / time. Of at least kFewestPairs
//   of these the median is taken, and the quarters at either side of it; where the middle half is
//   wider than a quarter of the median they say nothing. If the median is within kTolerance of the
//   ratio of two units, and nearer to it than to 1, the unit is suggested. At 1 all is well.
//
// The device's unit counts for protocols that leave it open. Which unit a protocol means if nobody
// says another is default_speed_unit().

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "fix.hh"
#include "protocol.hh"

namespace waymark::tracker {

struct SpeedHint {
    std::size_t pairs = 0;  // good ones, of the protocol that has the most
    Source source = Source::unknown;
    SpeedUnit read_as = SpeedUnit::protocol_default;  // never that once there are pairs
    std::optional<double> ratio;  // the median; nothing where the pairs say nothing
    std::optional<SpeedUnit> suggested;
};

inline constexpr std::size_t kFewestPairs = 30;
inline constexpr double kTolerance =
    0.065;  // of the natural logarithm: half the way from knots to mph

SpeedUnit default_speed_unit(Source source);

// `fixes` in the order of time; all of them were read with the device's unit `unit`.
SpeedHint hint_of_speeds(std::span<const Fix> fixes, SpeedUnit unit);

}  // namespace waymark::tracker
