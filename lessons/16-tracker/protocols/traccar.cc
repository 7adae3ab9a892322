#include "protocols/traccar.hh"

#include "protocols/form_message.hh"

namespace waymark::tracker {
namespace {

constexpr FormDialect kTraccarDialect{.source = Source::traccar, .speed_unit = SpeedUnit::knots};

}  // namespace

bool traccar_claims(const net::http::Request& request) {
    return request.path == "/";
}

void traccar_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded) {
    FormMessage message;
    if (!read_form_message(request, kTraccarDialect, message, decoded)) return;
    if (message.identifier.empty() && message.token.empty()) {
        decoded.refuse(400, "missing_device", "The message names no device: set id= in the app.");
        return;
    }
    const bool by_token = message.identifier.empty();
    message.named_by = by_token ? message.token : message.identifier;
    const std::optional<KnownDevice> device =
        by_token ? devices.by_token(message.named_by) : find_device(devices, message.named_by);
    if (!device) {
        decoded.refuse_stranger(by_token ? "bad_token" : "unknown_device",
                                "The device is not known here: add it with 'tracker device add'.",
                                message.named_by, by_token);
        return;
    }
    decode_form_message(message, kTraccarDialect, *device, now, decoded);
}

void traccar_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded) {
    decode_form_again(raw, kTraccarDialect, device, received, decoded);
}

}  // namespace waymark::tracker
