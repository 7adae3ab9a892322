#include "web_app/readings.hh"

#include <algorithm>
#include <optional>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "web_app/json_numbers.hh"

namespace waymark::tracker {

namespace {

void append_key(std::string& out, std::string_view key) {
    out += ",\"";
    out += key;
    out += "\":";
}

void append_member(std::string& out, std::string_view key, std::optional<float> number) {
    append_key(out, key);
    append_number(out, number);
}

// A heartbeat that came after the fix knows better.
std::optional<float> battery_of(Reader& reader, const Device& device, const Fix& fix) {
    if (device.last_seen_ms.value_or(0) <= fix.time_ms && fix.battery_percent)
        return fix.battery_percent;
    const std::optional<float> told = reader.battery_percent(device.number);
    return told ? told : fix.battery_percent;
}

void append_position(std::string& out, Reader& reader, const Device& device, const Fix& fix,
                     UnixMillis now) {
    out += "{\"device\":";
    append_integer(out, device.number);
    append_key(out, "name");
    append_json_string(out, device.name);
    append_key(out, "time");
    append_integer(out, fix.time_ms);
    append_key(out, "lat");
    append_degrees(out, fix.latitude_e7);
    append_key(out, "lon");
    append_degrees(out, fix.longitude_e7);
    append_member(out, "speed_mps", fix.speed_mps);
    append_member(out, "course_deg", fix.course_deg);
    append_member(out, "altitude_m", fix.altitude_m);
    append_member(out, "accuracy_m", fix.accuracy_m);
    append_member(out, "battery_pct", battery_of(reader, device, fix));
    append_key(out, "seen");
    append_integer(out, device.last_seen_ms.value_or(std::min(fix.time_ms, now)));
    out += '}';
}

}  // namespace

std::string read_devices(Reader& reader, const Viewer& viewer) {
    std::string body = "{\"devices\":[";
    for (const Device& device : reader.devices()) {
        if (!viewer.may_see(device.number)) continue;
        body += body.back() == '[' ? "{\"id\":" : ",{\"id\":";
        append_integer(body, device.number);
        append_key(body, "name");
        append_json_string(body, device.name);
        append_key(body, "may_change");
        body += viewer.may_change(device.number) ? "true" : "false";
        body += '}';
    }
    return body + "]}";
}

FeedPlace place_of_reading(Reader& reader, FeedPlace newest) {
    if (!reader.is_sqlite()) return newest;
    return {static_cast<std::uint64_t>(reader.sequence()), FeedPlace::kWhole};
}

Positions read_positions(Reader& reader, const Viewer& viewer, FeedPlace newest, UnixMillis now) {
    Positions positions;
    positions.place = place_of_reading(reader, newest);
    positions.list = '[';
    for (const Device& device : reader.devices()) {
        if (!viewer.may_see(device.number)) continue;
        const std::optional<StoredFix> last = reader.last_fix(device.number, now + kClockError);
        if (!last) continue;
        if (positions.list.size() > 1) positions.list += ',';
        append_position(positions.list, reader, device, last->fix, now);
    }
    positions.list += ']';
    return positions;
}

}  // namespace waymark::tracker
