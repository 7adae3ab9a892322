// The address of a web hook as a person types it: http or https, a host, a path and a query. What
// could mean two things to two programs is refused: names and passwords in it, fragments, odd
// spellings of addresses (127.1, 0x7f000001), blanks and control characters.

#pragma once

#include <cstddef>
#include <string_view>

#include "net/http/http_url.hh"

namespace waymark::tracker {

inline constexpr std::size_t kLongestHookUrl = 2000;

// Throws UsageError that says what is wrong.
net::http::HttpUrl parse_hook_url(std::string_view text);

}  // namespace waymark::tracker
