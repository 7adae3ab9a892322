#include "web_app/json_numbers.hh"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace waymark::tracker {

namespace {

// The longest is a float in fixed notation: about 50 digits.
template <class... How>
void append_characters(std::string& out, auto number, How... how) {
    std::array<char, 64> digits;
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number, how...);
    out.append(digits.data(), result.ptr);
}

}  // namespace

void append_integer(std::string& out, std::int64_t number) {
    append_characters(out, number);
}

void append_degrees(std::string& out, std::int32_t degrees_e7) {
    constexpr std::int64_t kOne = 10'000'000;
    const std::int64_t number = std::abs(static_cast<std::int64_t>(degrees_e7));
    if (degrees_e7 < 0) out += '-';
    append_integer(out, number / kOne);
    // The leading one is written over: it keeps the zeros behind it.
    const std::size_t point = out.size();
    append_integer(out, kOne + number % kOne);
    out[point] = '.';
}

void append_number(std::string& out, std::optional<float> number) {
    if (!number || !std::isfinite(*number)) {
        out += "null";
        return;
    }
    append_characters(out, *number, std::chars_format::fixed);
}

}  // namespace waymark::tracker
