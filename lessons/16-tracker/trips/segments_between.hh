// The segments of a span of a long track, without reading all of it: reading begins early enough
// that what is found is what reading everything would have found, and ends as soon as the span is
// told. So each day looks the same whichever span it is asked in.

#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "trips/segment.hh"

namespace waymark::tracker {

// Where the fixes of a device come from.
struct PointSource {
    using Each = std::function<bool(const SeenPoint&)>;
    // Those with from <= time < to in the order of time, until it answers false.
    std::function<void(UnixMillis from, UnixMillis to, const Each& each)> read;
    // The time of the newest fix that is earlier, or of the second, third, ... (`place`, from 1
    // on); nothing where there are not so many.
    std::function<std::optional<UnixMillis>(UnixMillis before, std::size_t place)> time_before;
};

// So many fixes are looked at at most before the span and after it, each time that reading begins
// anew, farther back. A segment whose beginning is not found among these is marked
// (Segment::is_cut), and one whose end is not, is_last.
inline constexpr std::size_t kMostPointsAround = 400'000;

// Those that share a moment with from <= time < to, whole.
std::vector<Segment> segments_between(const PointSource& source, UnixMillis from, UnixMillis to,
                                      std::size_t most_around = kMostPointsAround);

}  // namespace waymark::tracker
