#include "protocols/reported_point.hh"

#include <doctest/doctest.h>

#include <limits>

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kNow = 1768478400000;  // 2026-01-15T12:00:00Z
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

ReportedPoint munich() {
    ReportedPoint point;
    point.latitude_deg = 48.137154;
    point.longitude_deg = 11.576124;
    point.time_ms = kNow - 1000;
    return point;
}

std::string_view reason_at(double latitude, double longitude) {
    ReportedPoint point = munich();
    point.latitude_deg = latitude;
    point.longitude_deg = longitude;
    return reason_against(point, kNow);
}

std::string_view reason_when(std::optional<UnixMillis> time) {
    ReportedPoint point = munich();
    point.time_ms = time;
    return reason_against(point, kNow);
}

}  // namespace

TEST_CASE("impossible places have a reason each, and the corners are possible") {
    CHECK(reason_at(48, 11).empty());
    CHECK(reason_at(-90, 180).empty());
    CHECK(reason_at(90.0000001, 0) == "lat_out_of_range");
    CHECK(reason_at(0, -180.0000001) == "lon_out_of_range");
    CHECK(reason_at(kNan, 11) == "not_finite");
    CHECK(reason_at(48, kInfinity) == "not_finite");
    CHECK(reason_at(0, 0) == "null_island");
    CHECK(reason_at(0, 1).empty());
    ReportedPoint half = munich();
    half.latitude_deg.reset();
    CHECK(reason_against(half, kNow) == "missing_lat");
    half = munich();
    half.longitude_deg.reset();
    CHECK(reason_against(half, kNow) == "missing_lon");
}

TEST_CASE("times must lie between 2000 and tomorrow") {
    CHECK(reason_when(kOldestTime).empty());
    CHECK(reason_when(kOldestTime - 1) == "time_out_of_range");
    CHECK(reason_when(kNow + kFarthestFuture).empty());
    CHECK(reason_when(kNow + kFarthestFuture + 1) == "time_in_future");
    CHECK(reason_when(std::nullopt) == "bad_time");
}

TEST_CASE("an impossible companion value is unknown and the place is kept") {
    ReportedPoint point = munich();
    point.altitude_m = kNan;
    point.speed_mps = -1;
    point.course_deg = 400;
    point.accuracy_m = 0;
    point.battery_percent = 1e300;
    Fix fix;
    fill_fix(point, fix);
    CHECK(fix.latitude_e7 == 481371540);
    CHECK(fix.longitude_e7 == 115761240);
    CHECK_FALSE(fix.altitude_m);
    CHECK_FALSE(fix.speed_mps);
    CHECK_FALSE(fix.course_deg);
    CHECK_FALSE(fix.accuracy_m);
    CHECK_FALSE(fix.battery_percent);
}

TEST_CASE("possible companion values are kept, and 360 degrees is north") {
    ReportedPoint point = munich();
    point.altitude_m = -3;
    point.speed_mps = 0;
    point.course_deg = 360;
    point.accuracy_m = 4.8;
    point.battery_percent = 100;
    Fix fix;
    fill_fix(point, fix);
    CHECK(fix.altitude_m == -3.0F);
    CHECK(fix.speed_mps == 0.0F);
    CHECK(fix.course_deg == 0.0F);
    CHECK(fix.accuracy_m == 4.8F);
    CHECK(fix.battery_percent == 100.0F);
}

TEST_CASE("a device's own speed unit goes before the protocol's") {
    CHECK(to_metres_per_second(10, SpeedUnit::protocol_default, SpeedUnit::knots) ==
          doctest::Approx(5.14444));
    CHECK(to_metres_per_second(36, SpeedUnit::kmh, SpeedUnit::knots) == doctest::Approx(10));
    CHECK(to_metres_per_second(10, SpeedUnit::mph, SpeedUnit::knots) == doctest::Approx(4.4704));
    CHECK(to_metres_per_second(10, SpeedUnit::mps, SpeedUnit::knots) == 10);
}
