// Traccar Client, and whatever else speaks what Traccar calls the OsmAnd protocol: a form in the
// query or the body of any method on "/". The device is named by `id`, its speed is in knots. For
// the JSON of some versions see traccar_json.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool traccar_claims(const net::http::Request& request);
void traccar_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded);
void traccar_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded);

}  // namespace waymark::tracker
