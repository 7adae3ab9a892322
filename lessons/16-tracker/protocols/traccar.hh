// Traccar Client, and whatever else speaks what Traccar calls the OsmAnd protocol: a form in the
// query or the body of any method on "/". The device is named by `id`, its speed is in knots.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool traccar_claims(const net::http::Request& request);
void traccar_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded);

}  // namespace waymark::tracker
