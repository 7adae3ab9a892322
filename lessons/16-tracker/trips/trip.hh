// A trip as a file tells it: points in the order of the file, before any server has seen them.
// Degrees stay as doubles here, so that a replay sends what the file says and the server does the
// rounding. It refuses nothing: whether a point is believable is the server's to say.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fix.hh"
#include "trips/geography.hh"

namespace waymark::tracker {

struct TripPoint {
    // Empty while a file is read; never in what read_trip returns.
    std::optional<UnixMillis> time_ms;
    Place place;
    std::optional<double> altitude_m;
    std::optional<double> speed_mps;
    std::optional<double> course_deg;  // true, clockwise from north
    std::optional<double> accuracy_m;  // radius
    std::optional<double> battery_percent;
    bool starts_segment = false;  // the way from the point before is not known
};

struct Trip {
    std::vector<TripPoint> points;
    std::size_t without_time = 0;  // points that the file gives no time
    // What a person should know of the file, a line each: what was passed over, and why.
    std::vector<std::string> remarks;
};

// The sum of the steps inside each segment, in metres.
double distance_m(const Trip& trip);

// What becomes of points without a time. `fill_in` spreads them evenly between their neighbours in
// time; before the first and after the last known time they are a second apart.
enum class MissingTimes { leave_out, fill_in };

// Gives every point a time or leaves it out, and counts them in `without_time`. A trip with no time
// at all is left empty by either.
void settle_times(Trip& trip, MissingTimes missing);

// GPS tells the week in ten bits. A receiver that has missed that they began anew says dates that
// are 1024 weeks early (19.6 years): none of them is later than that before now.
constexpr UnixMillis kRollover = std::chrono::milliseconds(std::chrono::weeks(1024)).count();

// How many points lie so far back that this may have happened to them.
std::size_t count_rollover(const Trip& trip, UnixMillis now);
// Moves these, and no others, by 1024 weeks.
void undo_rollover(Trip& trip, UnixMillis now);

// Moves the trip in time so that its latest point is at `end`.
void shift_to_end_at(Trip& trip, UnixMillis end);

// Moves the trip in time so that its first point is at `begin` and it passes `speed` times as fast.
void play_from(Trip& trip, UnixMillis begin, double speed);

}  // namespace waymark::tracker
