#include "protocols/number.hh"

#include <charconv>
#include <cmath>

namespace waymark::tracker {

Number parse_number(std::string_view text) {
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
