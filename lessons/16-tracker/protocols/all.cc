// The table of protocols: a message is decoded by the first that claims it. A new protocol is one
// more row. What no row claims is refused, and whoever set the phone up is told where to look.

#include <array>

#include "protocol.hh"
#include "protocols/osmand.hh"
#include "protocols/traccar.hh"

namespace waymark::tracker {
namespace {

// Asked in this order; the first that claims a message gets it.
constexpr std::array kProtocols{
    Protocol{"osmand", osmand_claims, osmand_decode},
    Protocol{"traccar", traccar_claims, traccar_decode},
};

}  // namespace

void decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
            Decoded& decoded) {
    decoded.clear();
    for (const Protocol& protocol : kProtocols)
        if (protocol.claims(request)) return protocol.decode(request, devices, now, decoded);
    decoded.refuse(404, "not_found", "No phone sends to this path: see the URL set in the app.");
}

}  // namespace waymark::tracker
