// A number as a phone writes it. The whole text must be the number: strtod would read "12abc" as
// 12, "0x1F" as 31, skip leading white space and follow the locale's decimal comma, and each of
// those has put a track into the wrong place somewhere. NaN and Infinity are numbers to a float
// parser, so they are told apart here, once, and never reach arithmetic.

#pragma once

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

// Decimal, with optional minus, fraction and exponent; no plus, no white space, no hexadecimal.
Number parse_number(std::string_view text);

}  // namespace waymark::tracker
