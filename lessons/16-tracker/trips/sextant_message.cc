#include "trips/sextant_message.hh"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace waymark::tracker {

namespace {

constexpr double kFeetInMetre = 1 / 0.3048;
constexpr double kKnotsInMetrePerSecond = 3600.0 / 1852;
constexpr double kUnitsInMinute = 1e7;  // as many digits as are written

// "4747.1230000N". Rounded before it is cut, or 59.99999999 minutes became 60.
std::string degrees_text(double degrees, int whole_digits, char positive, char negative) {
    const auto units = std::llround(std::abs(degrees) * 60 * kUnitsInMinute);
    const long long in_degree = std::llround(60 * kUnitsInMinute);
    return fmt::format("{:0{}}{:010.7f}{}", units / in_degree, whole_digits,
                       static_cast<double>(units % in_degree) / kUnitsInMinute,
                       std::signbit(degrees) ? negative : positive);
}

std::string instant_text(UnixMillis time_ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds(time_ms)};
    const year_month_day day{floor<days>(time)};
    const hh_mm_ss clock{time - floor<days>(time)};
    return fmt::format("{:02}{:02}{:02},{:02}{:02}{:02}.{:03}", static_cast<unsigned>(day.day()),
                       static_cast<unsigned>(day.month()), static_cast<int>(day.year()) % 100,
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string field(std::optional<double> value, double factor) {
    return value ? fmt::format(",{:.2f}", *value * factor) : ",";
}

}  // namespace

std::string sextant_line(std::string text) {
    unsigned sum = 0;
    for (const char byte : text) sum ^= static_cast<unsigned char>(byte);
    return fmt::format("{}*{:02X}\r\n", text, sum);
}

std::string sextant_body(const std::vector<TripPoint>& points) {
    std::string body = sextant_line(fmt::format("SXT1,replay,{}", points.size()));
    for (const TripPoint& point : points)
        body += sextant_line(instant_text(point.time_ms.value()) + "," +
                             degrees_text(point.place.latitude_deg, 2, 'N', 'S') + "," +
                             degrees_text(point.place.longitude_deg, 3, 'E', 'W') +
                             field(point.speed_mps, kKnotsInMetrePerSecond) +
                             field(point.course_deg, 1) + field(point.altitude_m, kFeetInMetre) +
                             field(point.accuracy_m, 1) + field(point.battery_percent, 1));
    return body;
}

}  // namespace waymark::tracker
