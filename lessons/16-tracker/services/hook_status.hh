// What a receiver of web hooks has answered, as soon as its status is there: of the rest, which may
// be long or never end, nothing is wanted.

#pragma once

#include <string_view>

namespace waymark::tracker {

// The status of the last head in `bytes` that is not of a provisional answer (RFC 9112, 4): 0 if
// more bytes are needed, -1 if this is no HTTP.
int status_in(std::string_view bytes);

}  // namespace waymark::tracker
