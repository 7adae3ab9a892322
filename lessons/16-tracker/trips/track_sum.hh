// What a track adds up to. Fixes go in one by one, so that ten years of them need no memory. A
// receiver that lies on a table wanders some metres with each fix, in place and in height: added up
// over a night that would be kilometres. So the rules are:
//
//   rest         For a minute or more all fixes lie within 15 m of the first of them. What a device
//                wanders there is noise. It ends with the first fix outside, which counts from the
//                place of rest, in a straight line.
//   distance     The great-circle steps between fixes, but for rests and gaps (trips/gap.hh).
//   moving time  The time of the steps that count, where they were 0.5 m/s or faster.
//   top speed    The highest speed that two fixes in a row reached, at most two minutes apart: one
//                fix alone may be an error. A fix without another so near counts by itself. Speeds
//                are those that the device sent; if it sent none, worked out (place_speeds.hh).
//   climb        Rises of 5 m or more above the lowest height since the last one, without rests.

#pragma once

#include <cstdint>
#include <optional>

#include "store/fix_row.hh"
#include "trips/place_speeds.hh"

namespace waymark::tracker {

// The highest speed by the rule above.
class TopSpeed {
  public:
    void add(UnixMillis time_ms, std::optional<float> speed_mps);
    // Of all that was added so far.
    std::optional<float> top() const;

  private:
    static constexpr UnixMillis kNearMs = 120'000;

    void take(float speed_mps);

    std::optional<float> top_;
    std::optional<float> last_;
    UnixMillis last_ms_ = 0;
    bool last_has_neighbour_ = false;
};

class Climb {
  public:
    void add(std::optional<float> altitude_m);
    // Nothing if no height was known.
    std::optional<double> metres() const;

  private:
    static constexpr double kStepM = 5;

    std::optional<double> lowest_;
    double climbed_m_ = 0;
};

class TrackSum {
  public:
    static constexpr double kRestRadiusM = 15;
    static constexpr UnixMillis kRestMs = 60'000;
    static constexpr double kMovingMps = 0.5;

    // In the order of time.
    void add(const TrackPoint& point);

    struct Figures {
        std::int64_t fixes = 0;
        UnixMillis first_ms = 0, last_ms = 0;
        double distance_m = 0;
        UnixMillis moving_ms = 0;
        std::optional<float> top_speed_mps;
        std::optional<double> climb_m;
        std::int64_t gaps = 0;
        bool has_sent_speeds = false;
    };
    // Of all that was added so far.
    Figures figures() const;

  private:
    // The way since the fix from which it may be a rest.
    struct Stay {
        TrackPoint anchor;
        double way_m = 0;
        UnixMillis moving_ms = 0;
    };

    bool is_rest(UnixMillis now) const { return now - stay_.anchor.time_ms >= kRestMs; }
    void begin_stay(const TrackPoint& point);
    void leave_stay(const TrackPoint& point, double from_anchor_m);

    Figures sum_;
    TrackPoint last_;
    Stay stay_;
    TopSpeed sent_, worked_out_;
    PlaceSpeeds speeds_;
    Climb climb_;
};

}  // namespace waymark::tracker
