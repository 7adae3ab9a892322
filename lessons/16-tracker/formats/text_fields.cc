#include "formats/text_fields.hh"

#include "protocols/number.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

std::string_view without_space(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<double> detail_in(std::string_view text) {
    const Number number = parse_number(without_space(text));
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

std::optional<double> degrees_in(std::string_view text) {
    text = without_space(text);
    if (text.empty()) return std::nullopt;
    return detail_in(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::string_view read_time_into(std::string_view text, ReportedPoint& point) {
    text = without_space(text);
    if (text.empty()) return "missing_time";
    point.time_ms = parse_time(text);
    return point.time_ms ? std::string_view() : "bad_time";
}

}  // namespace waymark::tracker
