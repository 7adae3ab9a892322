// One place as a phone reported it: read, but not yet believed. Every decoder fills this and lets
// the same rules decide whether it is a fix or goes to quarantine, so that "95 degrees north" and
// "the year 2031" have the same end in every protocol.

#pragma once

#include <optional>
#include <string_view>

#include "fix.hh"
#include "protocol.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kOldestTime = 946684800000;      // 2000-01-01: no phone had GPS before
inline constexpr UnixMillis kFarthestFuture = 86400 * 1000;  // ms ahead of the server's clock

struct ReportedPoint {
    // What makes a fix. A missing half, or NaN and Infinity, are reasons for quarantine.
    std::optional<double> latitude_deg;
    std::optional<double> longitude_deg;
    std::optional<UnixMillis> time_ms;  // empty: the phone sent a time that nobody can read
    // What accompanies it. An impossible value here means "unknown": -1 for no speed, NaN for no
    // altitude and 0 for no accuracy are what phones send. The place is kept.
    std::optional<double> altitude_m;
    std::optional<double> speed_mps;
    std::optional<double> course_deg;
    std::optional<double> accuracy_m;
    std::optional<double> battery_percent;
};

// Why the point cannot be a fix, as one word for the quarantine; empty if it can.
std::string_view reason_against(const ReportedPoint& point, UnixMillis now);

// The fix of a point that nothing speaks against. Leaves device, source, valid and extras.
void fill_fix(const ReportedPoint& point, Fix& fix);

// The battery's charge, where `percent` can be one.
std::optional<float> plausible_battery(std::optional<double> percent);

// m/s for a speed in `unit`; `default_unit` stands in for protocol_default.
double to_metres_per_second(double speed, SpeedUnit unit, SpeedUnit default_unit);

}  // namespace waymark::tracker
