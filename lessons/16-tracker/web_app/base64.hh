// Bytes as base64 (RFC 4648, section 4), by libsodium.

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// With the letters '+' and '/', filled up with '='.
std::string to_base64(std::string_view bytes);

}  // namespace waymark::tracker
