// A form whose device is named by a token in the path, /osmand/TOKEN?lat=..., or by `token` or `id`
// among its fields: what OsmAnd, GPSLogger and others have in common, whose users write the URL
// themselves.

#pragma once

#include <string_view>

#include "protocols/form_message.hh"

namespace waymark::tracker {

// `path` is the one under which the protocol is served, "/osmand".
void decode_token_form(const net::http::Request& request, std::string_view path,
                       const FormDialect& dialect, const DeviceDirectory& devices, UnixMillis now,
                       Decoded& decoded);

}  // namespace waymark::tracker
