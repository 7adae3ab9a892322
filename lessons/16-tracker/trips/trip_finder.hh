// Trips and stays from fixes, by the rules of TRIPS.md. Pure: fixes in the order of time go in, and
// segments come out, each when nothing that comes later can change it. One pass; what is held is
// the fixes of the last kMinimumStay, one in each kStep, and sums.
//
// After the end of a stay, and after a silence, nothing before matters: whoever begins to read
// anywhere finds the same from there on (segments_between() relies on that).

#pragma once

#include <functional>
#include <optional>

#include "trips/rest_window.hh"
#include "trips/segment.hh"

namespace waymark::tracker {

class TripFinder {
  public:
    using Found = std::function<void(const Segment&)>;

    explicit TripFinder(Found found)
        : found_(std::move(found)), window_([this](const Waypoint& point) { classify(point); }) {}
    TripFinder(const TripFinder&) = delete;
    TripFinder& operator=(const TripFinder&) = delete;

    // Not before the one before.
    void add(const SeenPoint& point);
    // There are no more fixes: tells of what is left, the last of which may go on (is_last).
    void finish();

  private:
    // What is known of a piece while it grows.
    struct Piece {
        Segment sums;
        MiddleOfPlaces middle;
        Extent box;
        double farthest_m = 0;  // of a way, from the stay before it

        void begin(const Waypoint& point);
        void step_to(const Waypoint& point);
        void take_in(const Piece& next);
        void come_after(const Piece& earlier, const Waypoint& point);
    };
    struct Stay : Piece {
        std::uint64_t group = 0;
        Place ended_at;
    };

    void accept(const SeenPoint& point);
    void measure_step(const Waypoint& point);
    void decide(Waypoint point);

    void classify(const Waypoint& point);
    void rest(const Waypoint& point);
    void go(const Waypoint& point);
    void arrive(const Waypoint& point);
    bool belongs_to_stay_at(const Waypoint& point) const;
    bool was_a_trip_to(const Waypoint& point) const;
    void start_stay(const Waypoint& point);
    void add_to_stay(const Waypoint& point);
    void close(bool is_last);
    void tell(Piece& piece, Segment::Kind kind, bool is_last = false);

    Found found_;

    std::optional<SeenPoint> before_, held_;  // the last two that are no jumps
    std::optional<Waypoint> last_;            // as it was measured
    std::optional<Waypoint> deciding_;        // the last one that decides
    Waypoint since_;                          // sums since then
    RestWindow window_;

    std::optional<Stay> stay_;
    std::optional<Piece> way_;  // after it
    std::optional<Waypoint> classified_;
};

}  // namespace waymark::tracker
