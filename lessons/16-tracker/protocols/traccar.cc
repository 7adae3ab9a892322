#include "protocols/traccar.hh"

#include "protocols/form_message.hh"

namespace waymark::tracker {
namespace {

constexpr FormDialect kTraccarDialect{.source = Source::traccar, .speed_unit = SpeedUnit::knots};

// Traccar Client 9 sends JSON to the same path. It keeps its points on a 4xx, so none is lost until
// a decoder for it is there.
bool has_json_body(const net::http::Request& request) {
    const auto type = request.field("Content-Type");
    return request.query.empty() && type && type->starts_with("application/json");
}

}  // namespace

bool traccar_claims(const net::http::Request& request) {
    return request.path == "/";
}

void traccar_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded) {
    if (has_json_body(request)) {
        decoded.refuse(415, "unsupported_json", "JSON is not understood here; send a form.");
        return;
    }
    FormMessage message;
    if (!read_form_message(request, message, decoded)) return;
    if (message.identifier.empty() && message.token.empty()) {
        decoded.refuse(400, "missing_device", "The message names no device: set id= in the app.");
        return;
    }
    const bool by_token = message.identifier.empty();
    const std::optional<KnownDevice> device =
        by_token ? devices.by_token(message.token) : find_device(devices, message.identifier);
    if (!device) {
        decoded.refuse(403, by_token ? "bad_token" : "unknown_device",
                       "The device is not known here: add it with 'tracker device add'.");
        return;
    }
    decode_form_message(message, kTraccarDialect, *device, now, decoded);
}

}  // namespace waymark::tracker
