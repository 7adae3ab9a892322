// NMEA 0183 logs: RMC sentences say when, where, how fast and which way; a GGA sentence of the same
// second adds the altitude. Logs are full of other sentences, cut lines and noise, so a line that
// is not a whole RMC or GGA is passed over; a log without any valid RMC is an empty trip.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "protocols/number.hh"
#include "protocols/time_text.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

namespace {

constexpr double kMetresPerSecondPerKnot = 1852.0 / 3600;
constexpr std::size_t kMostFields = 24;
using Fields = std::array<std::string_view, kMostFields>;

// The sentence between '$' and '*', if the XOR of its bytes is what the two digits behind say.
std::optional<std::string_view> checked_sentence(std::string_view line) {
    const std::size_t dollar = line.find('$');
    const std::size_t star = line.rfind('*');
    if (dollar == std::string_view::npos || star == std::string_view::npos || star < dollar)
        return {};
    const std::string_view sentence = line.substr(dollar + 1, star - dollar - 1);
    unsigned sum = 0;
    for (const char character : sentence) sum ^= static_cast<unsigned char>(character);
    if (line.substr(star + 1, 2) != fmt::format("{:02X}", sum)) return {};
    return sentence;
}

Fields split(std::string_view sentence) {
    Fields fields;
    for (std::string_view& field : fields) {
        const std::size_t comma = sentence.find(',');
        field = sentence.substr(0, comma);
        if (comma == std::string_view::npos) break;
        sentence.remove_prefix(comma + 1);
    }
    return fields;
}

std::optional<double> number_in(std::string_view text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return {};
    return number.value;
}

// "4807.038" and "N": the two digits before the point are minutes, what stands before is degrees.
std::optional<double> degrees(std::string_view text, std::string_view hemisphere) {
    const std::optional<double> value = number_in(text);
    if (!value || hemisphere.size() != 1) return {};
    const double whole = std::floor(*value / 100);
    const double result = whole + (*value - whole * 100) / 60;
    return hemisphere == "S" || hemisphere == "W" ? -result : result;
}

// "095255.810" and "080407" (day, month, year).
std::optional<UnixMillis> instant(std::string_view time, std::string_view date) {
    if (time.size() < 6 || date.size() != 6) return {};
    const std::string_view year = date.substr(4);
    // GPS began in 1980, so 80 to 99 are of the last century.
    return parse_time(fmt::format("{}{}-{}-{}T{}:{}:{}", year >= "80" ? "19" : "20", year,
                                  date.substr(2, 2), date.substr(0, 2), time.substr(0, 2),
                                  time.substr(2, 2), time.substr(4)));
}

std::optional<TripPoint> point_of_rmc(const Fields& fields) {
    const std::optional<double> latitude = degrees(fields[3], fields[4]);
    const std::optional<double> longitude = degrees(fields[5], fields[6]);
    if (fields[2] != "A" || !latitude || !longitude) return {};
    TripPoint point;
    point.time_ms = instant(fields[1], fields[9]);
    if (!point.time_ms) return {};
    point.place = {*latitude, *longitude};
    if (const std::optional<double> knots = number_in(fields[7]))
        point.speed_mps = *knots * kMetresPerSecondPerKnot;
    point.course_deg = number_in(fields[8]);
    return point;
}

}  // namespace

Trip parse_nmea(std::string_view bytes, std::string_view) {
    Trip trip;
    std::string_view altitude_time;  // of the latest GGA
    std::optional<double> altitude_m;
    std::string_view point_time;  // of the latest point
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::optional<std::string_view> sentence = checked_sentence(bytes.substr(0, end));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        if (!sentence || sentence->size() < 6) continue;
        const Fields fields = split(*sentence);
        const std::string_view type = fields[0].substr(std::min<std::size_t>(2, fields[0].size()));
        if (type == "GGA") {
            altitude_time = fields[1];
            altitude_m = fields[6] == "0" ? std::nullopt : number_in(fields[9]);
        } else if (type == "RMC") {
            if (const std::optional<TripPoint> point = point_of_rmc(fields)) {
                trip.points.push_back(*point);
                point_time = fields[1];
            }
        }
        // Either may come first.
        const bool same_second = !point_time.empty() && point_time == altitude_time;
        if (same_second && !trip.points.empty()) trip.points.back().altitude_m = altitude_m;
    }
    if (!trip.points.empty()) trip.points.front().starts_segment = true;
    return trip;
}

}  // namespace waymark::tracker
