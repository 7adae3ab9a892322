// Whether somebody may change the device that a request is about. Who may not is answered: 404 for
// a device that does not exist for this viewer, 403 for one that may be looked at only.

#pragma once

#include "net/http/exchange.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// What it means that no device is named.
enum class AnyDevice { for_admins, refused };

// False: the exchange has been answered. Device 0 is none.
bool may_change_or_refuse(net::http::Exchange& exchange, const Viewer& viewer, DeviceNumber device,
                          AnyDevice any);
// The same for the member "device" of the JSON object in the request's body; 400 for a body that is
// no object, or in which it is no number.
bool may_change_named_device(net::http::Exchange& exchange, const Viewer& viewer, AnyDevice any);

}  // namespace waymark::tracker
