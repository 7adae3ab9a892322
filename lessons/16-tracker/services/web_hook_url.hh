// The address of a web hook as a person types it: http or https, a host, a path and a query. What
// could mean two things to two programs is refused: names and passwords in it, fragments, odd
// spellings of addresses (127.1, 0x7f000001), blanks and control characters.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct WebHookUrl {
    bool is_secured = false;  // https
    std::string host;         // a name or an address, without brackets
    std::uint16_t port = 0;
    std::string authority;  // as the Host field says it
    std::string target;     // path and query
};

inline constexpr std::size_t kLongestHookUrl = 2000;

// Throws UsageError that says what is wrong.
WebHookUrl parse_hook_url(std::string_view text);

}  // namespace waymark::tracker
