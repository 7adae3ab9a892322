// Rows of JSON, as map-matching programs export them:
//   [{"point": "POINT(11.5643 48.1635)", "time": "2014-09-10 06:54:07+0200"}, ...]
// The point is WKT (ISO 19125): longitude first, in upper or lower case, with or without
// blanks. Other members of a row are not looked at.

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;
using nlohmann::json;

bool is_blank(char character) {
    return character == ' ' || character == '\t';
}

// Takes the next word or sign from the front of `text`, in lower case; empty at its end.
std::string take_word(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    std::string word;
    while (!text.empty() && !is_blank(text.front())) {
        const bool is_bracket = text.front() == '(' || text.front() == ')';
        if (is_bracket && !word.empty()) break;
        const bool is_upper = text.front() >= 'A' && text.front() <= 'Z';
        word += static_cast<char>(is_upper ? text.front() - 'A' + 'a' : text.front());
        text.remove_prefix(1);
        if (is_bracket) break;
    }
    return word;
}

// POINT(lon lat) in either case, with blanks anywhere; with Z a height follows.
std::optional<TripPoint> parse_wkt_point(std::string_view text) {
    if (take_word(text) != "point") return {};
    std::string word = take_word(text);
    const bool has_height = word == "z";
    if (has_height) word = take_word(text);
    if (word != "(") return {};
    const std::optional<double> longitude = number_in(take_word(text));
    const std::optional<double> latitude = number_in(take_word(text));
    if (!longitude || !latitude) return {};
    TripPoint point;
    point.place = {*latitude, *longitude};
    if (has_height) point.altitude_m = number_in(take_word(text));
    if (has_height && !point.altitude_m) return {};
    if (take_word(text) != ")" || !take_word(text).empty()) return {};
    return point;
}

// The member `key` of a row if it is a text, or a number as a text; or nothing.
std::optional<std::string> text_member(const json& row, const char* key) {
    if (!row.is_object() || !row.contains(key)) return {};
    const json& value = row.at(key);
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number()) return value.dump();
    return {};
}

TripPoint parse_row(const json& row, std::string_view file, std::size_t row_number) {
    const auto refuse = [&](std::string_view what) {
        throw UsageError(fmt::format("{}: row {}: {}", file, row_number, what));
    };
    const std::optional<std::string> point_text = text_member(row, "point");
    if (!point_text) refuse("no \"point\" with a text");
    const std::optional<TripPoint> read = parse_wkt_point(*point_text);
    if (!read) refuse(fmt::format("not a point, which is POINT(lon lat): \"{}\"", *point_text));
    TripPoint point = *read;
    if (const std::optional<std::string> time = text_member(row, "time")) {
        point.time_ms = parse_time(*time);
        if (!point.time_ms) refuse(fmt::format("not a time: \"{}\"", *time));
    }
    return point;
}

// Where the parser stops. What it throws does not say that of everything: of a number that is too
// large for a double it does not.
class Stop : public nlohmann::json_sax<json> {
  public:
    std::size_t byte() const { return byte_; }
    std::string_view why() const { return is_range_ ? "a number is too large" : "broken JSON"; }

    bool parse_error(std::size_t byte, const std::string&, const json::exception& error) override {
        constexpr int kOutOfRange = 406;  // the library's "number overflow"
        byte_ = byte;
        is_range_ = error.id == kOutOfRange;
        return false;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(json::number_integer_t) override { return true; }
    bool number_unsigned(json::number_unsigned_t) override { return true; }
    bool number_float(json::number_float_t, const std::string&) override { return true; }
    bool string(std::string&) override { return true; }
    bool binary(json::binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(std::string&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }

  private:
    std::size_t byte_ = 0;
    bool is_range_ = false;
};

}  // namespace

Trip parse_json_rows(std::string_view bytes, std::string_view name) {
    const json rows = json::parse(bytes, nullptr, false);
    if (rows.is_discarded()) {
        Stop stop;
        json::sax_parse(bytes, &stop);
        throw UsageError(fmt::format("{}:{}: {} at byte {}", name, line_at(bytes, stop.byte()),
                                     stop.why(), stop.byte()));
    }
    Trip trip;
    for (const json& row : rows)
        trip.points.push_back(parse_row(row, name, trip.points.size() + 1));
    if (!trip.points.empty()) trip.points.front().starts_segment = true;
    return trip;
}

}  // namespace waymark::tracker
