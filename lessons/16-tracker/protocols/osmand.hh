// OsmAnd's online tracking, by token: /osmand/TOKEN?lat={0}&lon={1}&timestamp={2}&hdop={3}&...
// The names are Traccar's, the units are not: speed in m/s, and `hdop` is the accuracy in metres.
// The token may also be in the query (/osmand?token=...), or the device named by `id`.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool osmand_claims(const net::http::Request& request);
void osmand_decode(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded);
void osmand_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded);

}  // namespace waymark::tracker
