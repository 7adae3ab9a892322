// The address of somebody's map pictures, "https://tile.example.org/{z}/{x}/{y}.png". Browsers load
// them, and nothing else, from there: the origin goes into the pages' policy (img-src), so what
// could widen that policy, or hide where it leads, is refused by name.

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

struct TileUrl {
    std::string text;    // as it was given
    std::string origin;  // scheme, host and port, in lower case (RFC 6454, 4): for the policy
    std::string host;    // without the port, for people
};

// Throws UsageError that begins with "tiles: " and says what to write instead.
TileUrl parse_tile_url(std::string_view text);

// Whose the pictures are, as plain text: what was configured, or what follows from the host. Throws
// UsageError for what is no line of text.
std::string tile_attribution(std::string_view configured, const TileUrl& url);

}  // namespace waymark::tracker
