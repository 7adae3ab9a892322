#include "trips/segment_corrections.hh"

#include <algorithm>
#include <optional>

#include "trips/gap.hh"

namespace waymark::tracker {
namespace {

using Segments = std::vector<CorrectedSegment>;
using Kind = Segment::Kind;

Segments::iterator holding(Segments& segments, UnixMillis at) {
    return std::find_if(segments.begin(), segments.end(), [at](const Segment& each) {
        return each.begin_ms <= at && (at < each.end_ms || at == each.begin_ms);
    });
}

UnixMillis length_of(const Segment& segment) {
    return segment.end_ms - segment.begin_ms;
}

void append(CorrectedSegment& segment, const CorrectedSegment& next) {
    if (length_of(next) > length_of(segment)) segment.middle = next.middle;
    segment.end_ms = next.end_ms;
    segment.last = next.last;
    segment.is_last = next.is_last;
    segment.points += next.points;
    segment.way_m += next.way_m;
    segment.gap_m += next.gap_m;
    segment.gap_ms += next.gap_ms;
    segment.corrections.insert(segment.corrections.end(), next.corrections.begin(),
                               next.corrections.end());
}

Place between(Place a, Place b) {
    double east = b.longitude_deg - a.longitude_deg;
    if (east > 180) east -= 360;
    if (east < -180) east += 360;
    double longitude = a.longitude_deg + east / 2;
    if (longitude >= 180) longitude -= 360;
    if (longitude < -180) longitude += 360;
    return {(a.latitude_deg + b.latitude_deg) / 2, longitude};
}

// Makes the segment one of that kind, and one with its neighbours of that kind.
void turn(Segments& segments, Segments::iterator at, Kind kind, std::int64_t number) {
    if (at->kind == kind) return;
    at->kind = kind;
    at->middle = between(at->first, at->last);
    at->corrections.push_back(number);
    const bool has_before = at != segments.begin() && std::prev(at)->kind == kind &&
                            std::prev(at)->end_ms == at->begin_ms;
    const auto after = std::next(at);
    const bool has_after =
        after != segments.end() && after->kind == kind && after->begin_ms == at->end_ms;
    // Where it was is what its neighbours say, if it has any.
    if (kind == Kind::stay && (has_before || has_after))
        at->middle = has_before && (!has_after || length_of(*std::prev(at)) >= length_of(*after))
                         ? std::prev(at)->middle
                         : after->middle;
    const Place middle = at->middle;
    if (has_after) append(*at, *after);
    if (has_before) append(*std::prev(at), *at);
    (has_before ? std::prev(at) : at)->middle = middle;
    const auto first = has_before ? at : after;
    const auto last = has_after ? std::next(after) : after;
    segments.erase(first, last);
}

// What is summed of a part of a track.
struct Measured {
    std::uint64_t points = 0;
    double way_m = 0, gap_m = 0;
    UnixMillis gap_ms = 0;
    UnixMillis last_ms = 0;
    Place first, last;

    void add(const SeenPoint& point) {
        const Place here{point.latitude_e7 / 1e7, point.longitude_e7 / 1e7};
        if (points++ == 0) {
            first = here;
        } else {
            const double metres = distance_m(last, here);
            const UnixMillis time = point.time_ms - last_ms;
            const bool is_gap = time > kGapMs && metres > kGapM;
            (is_gap ? gap_m : way_m) += metres;
            if (is_gap) gap_ms += time;
        }
        last = here;
        last_ms = point.time_ms;
    }
};

Measured measure(const PointSource& source, UnixMillis from, UnixMillis to) {
    Measured measured;
    source.read(from, to, [&measured](const SeenPoint& point) {
        measured.add(point);
        return true;
    });
    return measured;
}

void take(CorrectedSegment& segment, const Measured& measured) {
    segment.points = measured.points;
    segment.way_m = measured.way_m;
    segment.gap_m = measured.gap_m;
    segment.gap_ms = measured.gap_ms;
    segment.first = measured.first;
    segment.last = measured.last;
}

// At the last fix that is not later than `at`: both parts have it.
void split(Segments& segments, Segments::iterator whole, UnixMillis at, std::int64_t number,
           const PointSource& source) {
    if (whole->kind == Kind::silence || whole->begin_ms == at) return;
    const Measured left = measure(source, whole->begin_ms, at + 1);
    if (left.points == 0 || left.last_ms <= whole->begin_ms || left.last_ms >= whole->end_ms)
        return;
    const Measured right = measure(source, left.last_ms, whole->end_ms + 1);
    CorrectedSegment second = *whole;
    take(*whole, left);
    take(second, right);
    whole->end_ms = second.begin_ms = left.last_ms;
    whole->is_last = second.is_cut = false;
    whole->corrections.push_back(number);
    second.corrections.push_back(number);
    segments.insert(std::next(whole), second);
}

}  // namespace

std::vector<CorrectedSegment> correct_segments(const std::vector<Segment>& found,
                                               const std::vector<SegmentCorrection>& corrections,
                                               const PointSource& source) {
    Segments segments;
    for (const Segment& segment : found) segments.push_back({segment, {}});
    for (const SegmentCorrection& correction : corrections) {
        const auto meant = holding(segments, correction.at_ms);
        if (meant == segments.end()) continue;
        switch (correction.kind) {
            case SegmentCorrection::Kind::on_the_way:
                turn(segments, meant, Kind::trip, correction.number);
                break;
            case SegmentCorrection::Kind::stayed:
                turn(segments, meant, Kind::stay, correction.number);
                break;
            case SegmentCorrection::Kind::split:
                split(segments, meant, correction.at_ms, correction.number, source);
                break;
        }
    }
    return segments;
}

std::vector<CorrectedSegment> corrected_between(const PointSource& source,
                                                const std::vector<SegmentCorrection>& corrections,
                                                UnixMillis from, UnixMillis to) {
    const UnixMillis reach = corrections.empty() ? 0 : kSegmentCorrectionReach;
    Segments segments = correct_segments(
        segments_between(source, std::max<UnixMillis>(0, from - reach), to + reach), corrections,
        source);
    std::erase_if(segments, [from, to](const Segment& each) {
        return each.begin_ms >= to || each.end_ms < from ||
               (each.end_ms == from && each.begin_ms < from);
    });
    return segments;
}

}  // namespace waymark::tracker
