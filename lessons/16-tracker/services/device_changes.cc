#include "services/device_changes.hh"

#include <limits>

#include "services/change_arguments.hh"
#include "store/devices.hh"

namespace waymark::tracker {

namespace {

constexpr std::int64_t kLastDevice = std::numeric_limits<DeviceNumber>::max();

ChangeResult rename_device(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const auto device = static_cast<DeviceNumber>(arguments.number("device", 1, kLastDevice));
    const std::string name = arguments.text("name");
    arguments.end();
    Devices(connection).rename(device, name);
    ChangeResult result;
    result.devices = true;
    return result;
}

constexpr NamedChange kDeviceChanges[] = {{"device.rename", rename_device}};

}  // namespace

std::span<const NamedChange> device_changes() {
    return kDeviceChanges;
}

}  // namespace waymark::tracker
