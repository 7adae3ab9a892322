#include "protocols/reported_point.hh"

#include <cmath>

namespace waymark::tracker {
namespace {

std::int32_t to_e7(double degrees) {
    return static_cast<std::int32_t>(std::lround(degrees * 1e7));
}

// The value where it lies within [low, high]; NaN lies nowhere.
std::optional<float> within(std::optional<double> value, double low, double high) {
    if (!value || !(*value >= low && *value <= high)) return std::nullopt;
    return static_cast<float>(*value);
}

std::string_view reason_against_place(const ReportedPoint& point) {
    if (!point.latitude_deg) return "missing_lat";
    if (!point.longitude_deg) return "missing_lon";
    const double latitude = *point.latitude_deg;
    const double longitude = *point.longitude_deg;
    if (!std::isfinite(latitude) || !std::isfinite(longitude)) return "not_finite";
    if (std::abs(latitude) > 90) return "lat_out_of_range";
    if (std::abs(longitude) > 180) return "lon_out_of_range";
    // In the Gulf of Guinea there is a buoy and the ghosts of all phones without a fix.
    if (to_e7(latitude) == 0 && to_e7(longitude) == 0) return "null_island";
    return {};
}

std::string_view reason_against_time(std::optional<UnixMillis> time, UnixMillis now) {
    if (!time) return "bad_time";
    if (*time < kOldestTime) return "time_out_of_range";
    if (*time > now + kFarthestFuture) return "time_in_future";
    return {};
}

}  // namespace

std::string_view reason_against(const ReportedPoint& point, UnixMillis now) {
    const std::string_view reason = reason_against_place(point);
    return reason.empty() ? reason_against_time(point.time_ms, now) : reason;
}

void fill_fix(const ReportedPoint& point, Fix& fix) {
    fix.time_ms = *point.time_ms;
    fix.latitude_e7 = to_e7(*point.latitude_deg);
    fix.longitude_e7 = to_e7(*point.longitude_deg);
    fix.altitude_m = within(point.altitude_m, -20'000, 1'000'000);
    fix.speed_mps = within(point.speed_mps, 0, 20'000);
    fix.course_deg = within(point.course_deg, 0, 360);
    if (fix.course_deg == 360.0F) fix.course_deg = 0.0F;
    fix.accuracy_m = within(point.accuracy_m, 0, 40'000'000);
    if (fix.accuracy_m == 0.0F) fix.accuracy_m.reset();
    fix.battery_percent = plausible_battery(point.battery_percent);
}

std::optional<float> plausible_battery(std::optional<double> percent) {
    return within(percent, 0, 100);
}

double to_metres_per_second(double speed, SpeedUnit unit, SpeedUnit default_unit) {
    switch (unit == SpeedUnit::protocol_default ? default_unit : unit) {
        case SpeedUnit::knots:
            return speed * 1852 / 3600;
        case SpeedUnit::kmh:
            return speed / 3.6;
        case SpeedUnit::mph:
            return speed * 0.44704;
        case SpeedUnit::mps:
        case SpeedUnit::protocol_default:
            break;
    }
    return speed;
}

}  // namespace waymark::tracker
