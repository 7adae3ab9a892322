#include "services/device_changes.hh"

#include <fmt/format.h>

#include <utility>

#include "services/audited_change.hh"
#include "services/change_arguments.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/retention.hh"
#include "store/thinning.hh"
#include "token.hh"

namespace waymark::tracker {

namespace {

ChangeResult devices_changed(std::string body = "{}") {
    ChangeResult result;
    result.devices = true;
    result.body = std::move(body);
    return result;
}

// A token has letters only that need no escape (token.hh).
std::string token_member(std::string_view token) {
    return fmt::format(R"("token":"{}")", token);
}

ChangeResult add_device(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    NewDevice device;
    device.name = arguments.text("name");
    if (arguments.has("identifiers")) device.identifiers = arguments.texts("identifiers");
    arguments.end();
    device.token = make_token();
    Devices devices(connection);
    devices.add({device}, now);
    note_change(connection, request, now, "device added", device.name);
    return devices_changed(fmt::format(R"({{"device":{},{}}})", devices.number_of(device.name),
                                       token_member(*device.token)));
}

ChangeResult rename_device(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    const std::string name = arguments.text("name");
    arguments.end();
    const std::string before = DeviceEdits(connection).name_of(device);
    Devices(connection).rename(device, name);
    note_change(connection, request, now, "device renamed", before + " to " + name);
    return devices_changed();
}

ChangeResult renew_token(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    arguments.end();
    const std::string token = make_token();
    DeviceEdits edits(connection);
    edits.set_token(device, token);
    note_change(connection, request, now, "device has a new token", edits.name_of(device));
    return devices_changed("{" + token_member(token) + "}");
}

ChangeResult change_identifier(Connection& connection, const ChangeRequest& request, UnixMillis now,
                               std::string action,
                               void (DeviceEdits::*change)(DeviceNumber, std::string_view)) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    const std::string identifier = arguments.text("identifier");
    arguments.end();
    DeviceEdits edits(connection);
    (edits.*change)(device, identifier);
    note_change(connection, request, now, std::move(action),
                edits.name_of(device) + ": " + identifier);
    return devices_changed();
}

ChangeResult add_identifier(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    return change_identifier(connection, request, now, "identifier added",
                             &DeviceEdits::add_identifier);
}

ChangeResult remove_identifier(Connection& connection, const ChangeRequest& request,
                               UnixMillis now) {
    return change_identifier(connection, request, now, "identifier removed",
                             &DeviceEdits::remove_identifier);
}

ChangeResult share_device(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const Friendship friendship{arguments.device("viewer"), arguments.device("seen")};
    const bool may_see = arguments.flag("may_see");
    arguments.end();
    DeviceEdits edits(connection);
    edits.share(friendship, may_see);
    note_change(connection, request, now, may_see ? "device shown" : "device shown no longer",
                edits.name_of(friendship.seen) + " to " + edits.name_of(friendship.viewer));
    return devices_changed();
}

ChangeResult keep_positions(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    std::optional<int> days;
    if (arguments.has("days"))
        days = static_cast<int>(arguments.number("days", 1, Retention::kMostDays));
    arguments.end();
    Retention(connection).set_days(device, days);
    note_change(connection, request, now, "positions are kept",
                DeviceEdits(connection).name_of(device) + ": " + to_words(days));
    return devices_changed();
}

ChangeResult thin_out(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    std::optional<ThinningRule> rule;
    if (arguments.has("days") || arguments.has("minutes"))
        rule =
            ThinningRule{static_cast<int>(arguments.number("days", 1, Retention::kMostDays)),
                         static_cast<int>(arguments.number("minutes", 1, Thinning::kMostMinutes))};
    arguments.end();
    Thinning(connection).set_rule(device, rule);
    note_change(connection, request, now, "old positions are kept",
                DeviceEdits(connection).name_of(device) + ": " + rule_to_words(rule));
    return devices_changed();
}

ChangeResult remove_device(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    arguments.end();
    DeviceEdits edits(connection);
    note_change(connection, request, now, "device removed", edits.name_of(device));
    edits.begin_removal(device, now);
    ChangeResult result = devices_changed();
    result.fixes = true;
    return result;
}

constexpr NamedChange kDeviceChanges[] = {{"device.add", add_device},
                                          {"device.rename", rename_device},
                                          {"device.token", renew_token},
                                          {"device.add_identifier", add_identifier},
                                          {"device.remove_identifier", remove_identifier},
                                          {"device.share", share_device},
                                          {"device.retention", keep_positions},
                                          {"device.thinning", thin_out},
                                          {"device.remove", remove_device}};

}  // namespace

std::span<const NamedChange> device_changes() {
    return kDeviceChanges;
}

}  // namespace waymark::tracker
