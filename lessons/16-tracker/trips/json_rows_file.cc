// Rows of JSON, as map-matching programs export them:
//   [{"point": "POINT(11.5643 48.1635)", "time": "2014-09-10 06:54:07+0200"}, ...]
// The point is WKT (ISO 19125): longitude first. Other members of a row are not looked at.

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "daemon/error.hh"
#include "protocols/number.hh"
#include "protocols/time_text.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;
using nlohmann::json;

std::optional<Place> parse_wkt_point(std::string_view text) {
    constexpr std::string_view kOpening = "POINT(";
    if (text.substr(0, kOpening.size()) != kOpening || text.back() != ')') return {};
    const std::string_view inside = text.substr(kOpening.size(), text.size() - kOpening.size() - 1);
    const std::size_t blank = inside.find(' ');
    if (blank == std::string_view::npos) return {};
    const Number longitude = parse_number(inside.substr(0, blank));
    const Number latitude = parse_number(inside.substr(blank + 1));
    if (longitude.kind != NumberKind::value || latitude.kind != NumberKind::value) return {};
    return Place{latitude.value, longitude.value};
}

// The text member `key` of a row, or nothing.
std::optional<std::string> text_member(const json& row, const char* key) {
    if (!row.is_object() || !row.contains(key) || !row.at(key).is_string()) return {};
    return row.at(key).get<std::string>();
}

TripPoint parse_row(const json& row, std::string_view file, std::size_t row_number) {
    const auto refuse = [&](std::string_view what) {
        throw UsageError(fmt::format("{}: row {}: {}", file, row_number, what));
    };
    const std::optional<std::string> point_text = text_member(row, "point");
    if (!point_text) refuse("no \"point\" with a text");
    const std::optional<Place> place = parse_wkt_point(*point_text);
    if (!place) refuse(fmt::format("not a point, which is POINT(lon lat): \"{}\"", *point_text));
    TripPoint point;
    point.place = *place;
    if (const std::optional<std::string> time = text_member(row, "time")) {
        point.time_ms = parse_time(*time);
        if (!point.time_ms) refuse(fmt::format("not a time: \"{}\"", *time));
    }
    return point;
}

}  // namespace

Trip parse_json_rows(std::string_view bytes, std::string_view name) {
    json rows;
    try {
        rows = json::parse(bytes);
    } catch (const json::parse_error& error) {
        throw UsageError(fmt::format("{}:{}: broken JSON at byte {}", name,
                                     line_at(bytes, error.byte), error.byte));
    }
    Trip trip;
    for (const json& row : rows)
        trip.points.push_back(parse_row(row, name, trip.points.size() + 1));
    if (!trip.points.empty()) trip.points.front().starts_segment = true;
    return trip;
}

}  // namespace waymark::tracker
