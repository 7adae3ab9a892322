#include "commands/device_file.hh"

#include <fmt/core.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"

namespace waymark::tracker {
namespace {

using nlohmann::json;

json read_json(const std::string& path) {
    std::ifstream stream(path);
    if (!stream) throw daemon::UsageError(fmt::format("{} cannot be read", path));
    json content = json::parse(stream, nullptr, false);
    if (content.is_discarded()) throw daemon::UsageError(fmt::format("{} is not JSON", path));
    return content;
}

// A member that is a text, or nothing.
std::optional<std::string> text_of(const json& object, const char* key) {
    if (!object.is_object()) return std::nullopt;
    const auto member = object.find(key);
    if (member == object.end() || !member->is_string()) return std::nullopt;
    return member->get<std::string>();
}

NewDevice to_device(const std::string& name, const json& object) {
    NewDevice device;
    device.name = name;
    device.token = text_of(object, "token");
    for (const char* key : {"traccar_id", "nmea_id", "opengts_id"})
        if (const auto identifier = text_of(object, key)) device.identifiers.push_back(*identifier);
    if (const auto owntracks = object.find("owntracks"); owntracks != object.end()) {
        const auto user = text_of(*owntracks, "user");
        const auto app = text_of(*owntracks, "device");
        if (user && app) device.identifiers.push_back(*user + "/" + *app);
        if (const auto phrase = text_of(*owntracks, "secretbox_passphrase"))
            device.box_key = box_key_of(*phrase);
    }
    const auto unit = parse_speed_unit(text_of(object, "speed_unit").value_or("default"));
    if (!unit) throw daemon::UsageError(fmt::format("the speed_unit of {} is not known", name));
    device.speed_unit = *unit;
    return device;
}

}  // namespace

std::vector<NewDevice> read_device_file(const std::string& path) {
    const json content = read_json(path);
    const json& fixture =
        content.is_object() && content.contains("fixture") ? content["fixture"] : content;
    if (!fixture.is_object() || !fixture.contains("devices") || !fixture["devices"].is_object())
        throw daemon::UsageError(fmt::format("{} has no object \"devices\"", path));
    std::vector<NewDevice> devices;
    for (const auto& [name, object] : fixture["devices"].items()) {
        if (!object.is_object())
            throw daemon::UsageError(fmt::format("{}: the device {} is not an object", path, name));
        devices.push_back(to_device(name, object));
    }
    return devices;
}

}  // namespace waymark::tracker
