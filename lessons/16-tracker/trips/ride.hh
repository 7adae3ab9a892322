// Somebody on the way: drives along round trips, one after the other, as fast as the road, the
// bends and the hills let it, and says what a phone's GPS would say about it. Pure: the time is
// handed in, and the same seed asked at the same times is the same ride.

#pragma once

#include <cstdint>
#include <vector>

#include "trips/route.hh"
#include "trips/trip.hh"

namespace waymark::tracker {

// A value that wanders about zero and forgets where it was after `memory_s` (an Ornstein-Uhlenbeck
// process). The error of a GPS receiver does so; noise drawn anew each second would look like hair.
class Drift {
  public:
    Drift(double deviation, double memory_s) : deviation_(deviation), memory_s_(memory_s) {}
    // The value `seconds` later. Exact for any length of step.
    double step(double seconds, Random& random);

  private:
    double deviation_;
    double memory_s_;
    double value_ = 0;
};

// Smooth hills, the same for everybody who comes by. Metres above the sea.
double height_m(Place place);

class Ride {
  public:
    Ride(const Traveller& traveller, Place home, std::uint64_t seed, UnixMillis start);

    // Where the phone believes to be at `time`, with speed, course, accuracy, altitude and battery.
    // The time must not be before that of the call before.
    TripPoint at(UnixMillis time);

    // Where it is in truth, and how fast. For tests.
    Place true_place() const;
    double true_speed_mps() const { return speed_mps_; }

  private:
    void plan();
    void limit_by_slope_and_brakes();
    void move(double seconds);
    void drive(double seconds);
    Metres here() const;
    Metres heading() const;

    const Traveller& traveller_;
    FlatMap map_;
    Random random_;
    UnixMillis time_;

    std::vector<RoutePoint> route_;
    std::vector<double> distance_;  // of each point from the start, in metres
    std::size_t next_ = 1;          // the point ahead
    double travelled_m_ = 0;
    double speed_mps_ = 0;
    double standing_s_ = 0;  // still to stand
    double battery_percent_;

    Drift error_east_{2.2, 45};
    Drift error_north_{2.6, 45};
    Drift error_up_{3, 90};
    Drift quality_{1.2, 120};
    Drift mood_{0.06, 60};  // nobody keeps the limit to the metre
};

}  // namespace waymark::tracker
