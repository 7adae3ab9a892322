// A correction as a row of the table `correction`. Part of store/corrections.

#pragma once

#include <cstdint>
#include <limits>

#include "store/connection.hh"
#include "store/correction.hh"

namespace waymark::tracker {

// The columns that read_correction() expects, in its order.
inline constexpr const char* kCorrectionColumns =
    "number, kind, doing, made_ms, made_by, device, from_ms, to_ms, south_e7, west_e7, north_e7, "
    "east_e7, read_as, sent_as, until_sequence, points, at_ms, at_latitude_e7, at_longitude_e7";

// Where a stage begins, at the time of its choice.
inline constexpr std::int32_t kBeforeAllPlaces = std::numeric_limits<std::int32_t>::min();

Correction read_correction(const Statement& row);

// Its number; that of `made` counts for nothing.
std::int64_t insert_correction_row(Connection& connection, const Correction& made);

}  // namespace waymark::tracker
