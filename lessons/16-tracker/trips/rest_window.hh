// Which fixes are at rest: those of any time of kMinimumStay that fits into a square of kSquareM.
// Whether a fix is one of them is decided by the fixes around it and by nothing that was long ago;
// so whoever begins to read anywhere soon comes to the same answers as whoever read it all.
// This is the stay point of Li et al. (TRIPS.md) with a square that moves along in place of a
// first fix that everything is measured from.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "fix.hh"
#include "trips/geography.hh"

namespace waymark::tracker {

// A fix that decides, with what came since the one before it.
struct Waypoint {
    UnixMillis time_ms = 0;
    std::int64_t latitude_e7 = 0;
    std::int64_t longitude_e7 = 0;  // goes on beyond 180 degrees
    double accuracy_m = 0;          // 0: not known

    std::uint64_t points = 1;  // with those since the one before, which decide nothing
    double way_m = 0;          // into it
    double gap_m = 0;
    UnixMillis gap_ms = 0;
    bool after_silence = false;

    // By RestWindow.
    enum class Mark { none, rest, edge } mark = Mark::none;
    std::uint64_t group = 0;              // of fixes at rest, which are one stay
    std::optional<Place> group_began_at;  // with its first fix
    std::optional<Place> group_ended_at;  // with its last one

    Place place() const {
        return {static_cast<double>(latitude_e7) / 1e7, static_cast<double>(longitude_e7) / 1e7};
    }
};

// The extent in degrees of places that are known to their accuracy: no larger than it must be.
class Extent {
  public:
    void add(const Waypoint& point, double cosine);
    // Whether it fits into a square with sides of `metres`.
    bool fits(double metres, double cosine) const;

  private:
    double north_ = -1e9, south_ = 1e9, east_ = -1e9, west_ = 1e9;
};

// The cosine of the latitude: how much shorter a degree east is than one north.
double narrowing(const Waypoint& point);
// The mean of the places, each with the weight of its accuracy.
class MiddleOfPlaces {
  public:
    void add(const Waypoint& point);
    Place place() const { return {latitude_ / weight_, longitude_ / weight_}; }

  private:
    double latitude_ = 0, longitude_ = 0, weight_ = 0;
};

// Holds the fixes of the last kMinimumStay: at most one in each kStep, as they are handed in.
class RestWindow {
  public:
    using Left = std::function<void(const Waypoint&)>;

    // `left` is told of each fix in the order of time, when its mark is final.
    explicit RestWindow(Left left) : left_(std::move(left)) {}

    void add(Waypoint point);
    // Tells of all that are left, and is empty.
    void finish();

  private:
    std::size_t first_within_reach(UnixMillis time) const;
    bool is_at_rest(std::size_t first, const Waypoint& point) const;
    Place middle(std::size_t first, const Waypoint* also) const;
    bool begin_group(Waypoint& point);
    void continue_group(Waypoint& point);
    void mark_rest(std::size_t first, Waypoint& point);
    void end_group();
    void leave(std::size_t count);

    Left left_;
    std::deque<Waypoint> points_;
    bool was_at_rest_ = false;
    std::uint64_t group_ = 0;
    Place ended_at_;  // the group before
};

}  // namespace waymark::tracker
