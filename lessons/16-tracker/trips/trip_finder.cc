#include "trips/trip_finder.hh"

#include <algorithm>
#include <cmath>

#include "trips/gap.hh"
#include "trips/trip_rules.hh"

namespace waymark::tracker {

namespace {

constexpr std::int64_t kWholeCircleE7 = 3'600'000'000;

Place place_of(const SeenPoint& point) {
    return {point.latitude_e7 / 1e7, point.longitude_e7 / 1e7};
}

double speed_mps(double metres, UnixMillis time) {
    return metres * 1000 / static_cast<double>(std::max<UnixMillis>(time, 1));
}

// Out and back again, sooner than any trip.
bool is_jump(const SeenPoint& before, const SeenPoint& point, const SeenPoint& after) {
    if (after.time_ms - before.time_ms >= trip_rules::kMinimumTrip) return false;
    const double out = distance_m(place_of(before), place_of(point));
    return out > trip_rules::kSquareM &&
           distance_m(place_of(before), place_of(after)) < out * trip_rules::kJumpBack;
}

bool is_silence(const Waypoint& from, const Waypoint& to) {
    const UnixMillis time = to.time_ms - from.time_ms;
    if (time < trip_rules::kSilence) return false;
    const double cosine = narrowing(to);
    Extent box;
    box.add(from, cosine);
    box.add(to, cosine);
    if (box.fits(trip_rules::kSquareM, cosine)) return false;
    return speed_mps(distance_m(from.place(), to.place()), time) < trip_rules::kWalkingMps;
}

double accuracy_of(const SeenPoint& point) {
    const double accuracy = point.accuracy_m.value_or(0);
    return std::isfinite(accuracy) ? std::max(0.0, accuracy) : 0;
}

// Between -180 and 180.
Place wrapped(Place place) {
    place.longitude_deg = std::remainder(place.longitude_deg, 360);
    return place;
}

}  // namespace

void TripFinder::Piece::begin(const Waypoint& point) {
    sums.begin_ms = sums.end_ms = point.time_ms;
    sums.first = sums.last = point.place();
}

void TripFinder::Piece::step_to(const Waypoint& point) {
    sums.end_ms = point.time_ms;
    sums.last = point.place();
    sums.way_m += point.way_m;
    sums.gap_m += point.gap_m;
    sums.gap_ms += point.gap_ms;
}

void TripFinder::Piece::take_in(const Piece& next) {
    sums.end_ms = next.sums.end_ms;
    sums.last = next.sums.last;
    sums.points += next.sums.points;
    sums.way_m += next.sums.way_m;
    sums.gap_m += next.sums.gap_m;
    sums.gap_ms += next.sums.gap_ms;
}

void TripFinder::Piece::come_after(const Piece& earlier, const Waypoint& point) {
    Segment whole = earlier.sums;
    whole.points += sums.points;
    sums = whole;
    step_to(point);
}

// A fix is held back until the next one says that it was no jump.
void TripFinder::add(const SeenPoint& point) {
    if (held_) {
        if (before_ && is_jump(*before_, *held_, point)) {
            ++since_.points;
        } else {
            accept(*held_);
            before_ = held_;
        }
    }
    held_ = point;
}

void TripFinder::accept(const SeenPoint& seen) {
    Waypoint point;
    point.time_ms = seen.time_ms;
    point.latitude_e7 = seen.latitude_e7;
    point.longitude_e7 = seen.longitude_e7;
    point.accuracy_m = accuracy_of(seen);
    if (last_) {
        const auto turns = std::llround(
            static_cast<double>(last_->longitude_e7 - point.longitude_e7) / kWholeCircleE7);
        point.longitude_e7 += turns * kWholeCircleE7;
        measure_step(point);
    }
    const bool decides =
        !deciding_ || point.time_ms / trip_rules::kStep != deciding_->time_ms / trip_rules::kStep;
    last_ = point;
    if (decides)
        decide(point);
    else
        ++since_.points;
}

void TripFinder::measure_step(const Waypoint& point) {
    const double metres = distance_m(last_->place(), point.place());
    const UnixMillis time = point.time_ms - last_->time_ms;
    const bool is_gap = time > kGapMs && metres > kGapM;
    (is_gap ? since_.gap_m : since_.way_m) += metres;
    if (is_gap) since_.gap_ms += time;
}

void TripFinder::decide(Waypoint point) {
    point.way_m = since_.way_m;
    point.gap_m = since_.gap_m;
    point.gap_ms = since_.gap_ms;
    point.points += since_.points - 1;
    point.after_silence = deciding_ && is_silence(*deciding_, point);
    since_ = Waypoint();
    deciding_ = point;
    window_.add(point);
}

void TripFinder::classify(const Waypoint& point) {
    if (point.after_silence) {
        close(false);
        Segment silence;
        silence.kind = Segment::Kind::silence;
        silence.begin_ms = classified_->time_ms;
        silence.end_ms = point.time_ms;
        silence.first = wrapped(classified_->place());
        silence.last = wrapped(point.place());
        silence.gap_m = distance_m(silence.first, silence.last);
        silence.gap_ms = silence.end_ms - silence.begin_ms;
        found_(silence);
    }
    if (point.mark == Waypoint::Mark::rest)
        rest(point);
    else
        go(point);
    classified_ = point;
}

void TripFinder::rest(const Waypoint& point) {
    if (!stay_ || way_ || stay_->group != point.group)
        arrive(point);
    else
        add_to_stay(point);
    if (point.group_ended_at) stay_->ended_at = *point.group_ended_at;
}

void TripFinder::add_to_stay(const Waypoint& point) {
    stay_->step_to(point);
    stay_->sums.points += point.points;
    stay_->middle.add(point);
    stay_->group = point.group;
}

void TripFinder::start_stay(const Waypoint& point) {
    stay_.emplace();
    stay_->begin(point);
    stay_->sums.points = point.points;
    stay_->middle.add(point);
    stay_->group = point.group;
    stay_->ended_at = point.group_began_at.value_or(point.place());
}

// The first fix of a stay, after a way or another stay.
void TripFinder::arrive(const Waypoint& point) {
    if (stay_ && !was_a_trip_to(point)) {
        if (way_) stay_->take_in(*way_);
        add_to_stay(point);
    } else if (!stay_ && (!way_ || belongs_to_stay_at(point))) {
        start_stay(point);
        if (way_) stay_->come_after(*way_, point);
    } else {
        if (stay_) tell(*stay_, Segment::Kind::stay);
        if (!way_) {
            way_.emplace();
            way_->begin(*classified_);
        }
        way_->step_to(point);
        tell(*way_, Segment::Kind::trip);
        start_stay(point);
    }
    way_.reset();
}

// The first fixes of all, or after a silence: too few for a stay, and already there.
bool TripFinder::belongs_to_stay_at(const Waypoint& point) const {
    const double cosine = narrowing(point);
    Extent box = way_->box;
    box.add(point, cosine);
    return box.fits(trip_rules::kSquareM, cosine);
}

bool TripFinder::was_a_trip_to(const Waypoint& point) const {
    const Place here = point.group_began_at.value_or(point.place());
    if (distance_m(stay_->ended_at, here) > trip_rules::kSamePlaceM) return true;
    return way_ && way_->farthest_m > trip_rules::kMinimumAwayM &&
           point.time_ms - stay_->sums.end_ms >= trip_rules::kMinimumTrip;
}

void TripFinder::go(const Waypoint& point) {
    if (!way_) {
        way_.emplace();
        way_->begin(stay_ ? *classified_ : point);
        if (stay_) way_->step_to(point);
    } else {
        way_->step_to(point);
    }
    way_->sums.points += point.points;
    way_->middle.add(point);
    way_->box.add(point, narrowing(point));
    if (stay_)
        way_->farthest_m = std::max(way_->farthest_m,
                                    distance_m(stay_->ended_at, point.place()) - point.accuracy_m);
}

void TripFinder::close(bool is_last) {
    if (stay_ && way_ && way_->farthest_m <= trip_rules::kMinimumAwayM) {
        stay_->take_in(*way_);
        way_.reset();
    }
    if (stay_) tell(*stay_, Segment::Kind::stay, is_last && !way_);
    if (way_) {
        // A place where somebody was seen, and not that they left it.
        const bool is_place =
            !stay_ && classified_ && way_->box.fits(trip_rules::kSquareM, narrowing(*classified_));
        tell(*way_, is_place ? Segment::Kind::stay : Segment::Kind::trip, is_last);
    }
    stay_.reset();
    way_.reset();
}

void TripFinder::tell(Piece& piece, Segment::Kind kind, bool is_last) {
    Segment& segment = piece.sums;
    segment.kind = kind;
    segment.is_last = is_last;
    if (kind == Segment::Kind::stay) segment.middle = wrapped(piece.middle.place());
    segment.first = wrapped(segment.first);
    segment.last = wrapped(segment.last);
    found_(segment);
}

void TripFinder::finish() {
    if (held_) accept(*held_);
    // The last fix decides, or the last segment would end before it.
    if (last_ && deciding_ && last_->time_ms != deciding_->time_ms) {
        since_.points = std::max<std::uint64_t>(1, since_.points - 1);
        decide(*last_);
    }
    window_.finish();
    close(true);
    before_.reset();
    held_.reset();
    last_.reset();
    deciding_.reset();
    classified_.reset();
    since_ = Waypoint();
}

}  // namespace waymark::tracker
