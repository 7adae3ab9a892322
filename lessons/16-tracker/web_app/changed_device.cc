#include "web_app/changed_device.hh"

#include <limits>

#include "daemon/error.hh"
#include "services/change_arguments.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

bool may_change_or_refuse(net::http::Exchange& exchange, const Viewer& viewer, DeviceNumber device,
                          AnyDevice any) {
    const bool may =
        device == 0 ? any == AnyDevice::for_admins && viewer.is_admin() : viewer.may_change(device);
    if (may) return true;
    if (device == 0)
        answer_error(exchange, 400, "'device' is missing");
    else if (viewer.may_see(device))
        answer_error(exchange, 403, "You may look at this device, and not change it.");
    else
        answer_error(exchange, 404, "there is no such device");
    return false;
}

bool may_change_named_device(net::http::Exchange& exchange, const Viewer& viewer, AnyDevice any) {
    try {
        ChangeArguments arguments(exchange.request.body);
        DeviceNumber device = 0;
        if (arguments.has("device"))
            device = static_cast<DeviceNumber>(
                arguments.number("device", 1, std::numeric_limits<DeviceNumber>::max()));
        return may_change_or_refuse(exchange, viewer, device, any);
    } catch (const daemon::UsageError& error) {
        answer_error(exchange, 400, error.what());
        return false;
    }
}

}  // namespace waymark::tracker
