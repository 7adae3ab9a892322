#include "protocols/nmea_fix.hh"

#include <limits>

#include "protocols/number.hh"

namespace waymark::tracker {
namespace {

std::optional<double> nmea_number(std::string_view text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

// An empty field is nothing; what cannot be read is no place on this planet.
std::optional<double> nmea_place(std::string_view text, std::string_view hemisphere,
                                 std::string_view positive, std::string_view negative) {
    if (text.empty()) return std::nullopt;
    return nmea_degrees(text, hemisphere, positive, negative)
        .value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

bool says_place(const NmeaSentence& rmc) {
    return rmc.fields[2] == "A";
}

ReportedPoint point_of_sentence(const NmeaSentence& rmc, SpeedUnit unit) {
    ReportedPoint point;
    point.time_ms = nmea_instant(rmc.fields[1], rmc.fields[9]);
    point.latitude_deg = nmea_place(rmc.fields[3], rmc.fields[4], "N", "S");
    point.longitude_deg = nmea_place(rmc.fields[5], rmc.fields[6], "E", "W");
    if (const std::optional<double> speed = nmea_number(rmc.fields[7]))
        point.speed_mps = to_metres_per_second(*speed, unit, SpeedUnit::knots);
    point.course_deg = nmea_number(rmc.fields[8]);
    return point;
}

}  // namespace waymark::tracker
