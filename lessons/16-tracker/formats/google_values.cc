#include "formats/google_values.hh"

#include <string>

#include "formats/text_fields.hh"

namespace waymark::tracker {

namespace {

// Degrees x 10^7 are beyond 90 or 180 where an unsigned number of 32 bits was written for a
// negative one.
std::optional<double> degrees_from_e7(const JsonValue& value, double most) {
    constexpr double kOf32Bits = 4294967296.0;
    std::optional<double> number = json_degrees(value);
    if (!number) return number;
    if (*number > most * 1e7) *number -= kOf32Bits;
    return *number / 1e7;
}

// Without the sign of degrees, which is two bytes.
std::string_view take_degrees(std::string_view& text) {
    constexpr std::string_view kSign = "\xC2\xB0";
    const std::size_t comma = text.find(',');
    std::string_view number = without_space(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (number.ends_with(kSign)) number.remove_suffix(kSign.size());
    return number;
}

}  // namespace

JsonMembers members_of(const JsonValue& value) {
    JsonReader in(value.text);
    JsonMembers members;
    if (value.kind != JsonKind::object || !members.read(in)) return {};
    return members;
}

void read_place_e7(const JsonMembers& members, std::string_view latitude,
                   std::string_view longitude, ReportedPoint& point) {
    point.latitude_deg = degrees_from_e7(members[latitude], 90);
    point.longitude_deg = degrees_from_e7(members[longitude], 180);
}

void read_place_text(const JsonValue& value, ReportedPoint& point) {
    std::string space;
    std::string_view text = json_text(value, space);
    if (text.starts_with("geo:")) text.remove_prefix(4);
    point.latitude_deg = degrees_in(take_degrees(text));
    point.longitude_deg = degrees_in(take_degrees(text));
}

void take_at(const JsonValue& time, ReportedPoint point, std::uint64_t line,
             ImportedPoints& points) {
    std::string space;
    const std::string_view problem = read_time_into(json_text(time, space), point);
    if (problem.empty())
        points.take(point, line);
    else
        points.refuse(problem, line);
}

}  // namespace waymark::tracker
