// Text files in UTF-16, as Windows programs write them. All else here reads UTF-8.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// As UTF-8, without a byte order mark. Nothing if the bytes are not UTF-16, which a byte order mark
// says, or a zero byte beside a first byte of ASCII. Half a pair of surrogates becomes U+FFFD.
std::optional<std::string> utf8_of_utf16(std::string_view bytes);

}  // namespace waymark::tracker
