#include "protocols/number.hh"

#include <charconv>
#include <cmath>

#include "protocols/field_text.hh"

namespace waymark::tracker {

Number parse_number(std::string_view text) {
    text = without_blanks(text);
    if (text.size() > kLongestNumber) return {};
    // from_chars knows no plus; after it a sign would be one too many.
    if (text.starts_with('+') && !text.substr(1).starts_with('-')) text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc::invalid_argument || stop != end) return {};
    // Also what is too close to zero ends here: no phone means 1e-400 degrees.
    if (error == std::errc::result_out_of_range) return {NumberKind::not_finite, 0};
    if (!std::isfinite(value)) return {NumberKind::not_finite, 0};
    return {NumberKind::value, value};
}

}  // namespace waymark::tracker
