// A number as a phone writes it. The whole text must be the number, but for blanks around it:
// strtod would read "12abc" as 12, "0x1F" as 31 and follow the locale's decimal comma, and each of
// those has put a track into the wrong place somewhere. NaN and Infinity are numbers to a float
// parser, so they are told apart here, once, and never reach arithmetic.

#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::tracker {

enum class NumberKind {
    value,
    not_a_number,  // some other text, or nothing
    not_finite     // NaN, Infinity, or too large for a double
};

struct Number {
    NumberKind kind = NumberKind::not_a_number;
    double value = 0;  // with NumberKind::value
};

inline constexpr std::size_t kLongestNumber = 64;  // bytes; a double never needs more than 25

// Decimal, with optional sign, fraction and exponent, and blanks around it; no hexadecimal, no
// decimal comma. A longer text than kLongestNumber is none.
Number parse_number(std::string_view text);

}  // namespace waymark::tracker
