// What is in no name: it moves the cursor of whoever reads it, or ends a line.

#pragma once

#include <string_view>

namespace waymark::net {

// Whether a text in UTF-8 has control characters: those of ASCII, or U+0080 to U+009F.
bool has_control_characters(std::string_view text);

}  // namespace waymark::net
