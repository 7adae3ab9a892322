// Numbers as JSON has them, appended to a text: exactly as many digits as they need, the same in
// every locale, and never a "nan" (RFC 8259, 6). Strings are append_json_string's
// (protocols/extras.hh).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::tracker {

void append_integer(std::string& out, std::int64_t number);

// Degrees x 10^7 as degrees with seven digits after the point.
void append_degrees(std::string& out, std::int32_t degrees_e7);

// The shortest text that reads back as the same float; null for nothing and for what is not finite.
void append_number(std::string& out, std::optional<float> number);

}  // namespace waymark::tracker
