// A piece of a device's life: a trip, a stay, or a silence. One follows the other, and each begins
// when and where the one before it ends.

#pragma once

#include <cstdint>
#include <optional>

#include "fix.hh"
#include "trips/geography.hh"

namespace waymark::tracker {

// What trips and stays are found from: a valid fix, and of it only what is looked at.
struct SeenPoint {
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::optional<float> accuracy_m;
};

struct Segment {
    enum class Kind { stay, trip, silence };

    Kind kind = Kind::trip;
    UnixMillis begin_ms = 0;
    UnixMillis end_ms = 0;
    // Nothing came after it yet: it may go on.
    bool is_last = false;
    // It began earlier than was looked for: begin_ms is when it had begun.
    bool is_cut = false;
    std::uint64_t points = 0;
    double way_m = 0;  // the sum of the steps without gaps
    double gap_m = 0;  // of these the straight lines
    UnixMillis gap_ms = 0;
    Place first, last;
    Place middle;  // of a stay
};

}  // namespace waymark::tracker
