// What a person said of the segments that were found: that a stay was none (they waited), that a
// trip was none (they stayed), that one is two. Each is said of a moment, not of a segment: the
// segment that holds the moment is meant, whatever its ends are after late fixes. Where none fits
// any more, nothing is changed, and nothing is lost: it holds again when one does.
//
// Two trips are merged by saying that what lies between them was none.

#pragma once

#include <cstdint>
#include <vector>

#include "trips/segments_between.hh"

namespace waymark::tracker {

struct SegmentCorrection {
    // The numbers are stored: never reuse one.
    enum class Kind : std::uint8_t {
        on_the_way = 1,  // a stay or a silence is a trip, one with the trips around it
        stayed = 2,      // a trip or a silence is a stay, one with the stays around it
        split = 3,       // a trip or a stay ends, and another one begins
    };
    std::int64_t number = 0;
    Kind kind = Kind::on_the_way;
    UnixMillis at_ms = 0;
};

struct CorrectedSegment : Segment {
    std::vector<std::int64_t> corrections;  // the numbers of those that made it what it is
};

// How far outside a span corrections are looked at.
inline constexpr UnixMillis kSegmentCorrectionReach = 24 * 3'600'000;

// Applies the corrections one after the other. The parts of what is split are measured anew.
std::vector<CorrectedSegment> correct_segments(const std::vector<Segment>& found,
                                               const std::vector<SegmentCorrection>& corrections,
                                               const PointSource& source);

// As segments_between(), corrected. `corrections` are all that lie within kSegmentCorrectionReach
// of the span; a trip that was joined over a longer time may look shorter in a span that touches
// its end.
std::vector<CorrectedSegment> corrected_between(const PointSource& source,
                                                const std::vector<SegmentCorrection>& corrections,
                                                UnixMillis from, UnixMillis to);

}  // namespace waymark::tracker
