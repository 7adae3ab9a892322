#include "protocols/osmand.hh"

#include <string>

#include "net/http/url.hh"
#include "protocols/form_message.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kOsmandPath = "/osmand";
constexpr FormDialect kOsmandDialect{
    .source = Source::osmand, .speed_unit = SpeedUnit::mps, .hdop_is_accuracy = true};

// What follows "/osmand/", still encoded.
std::string_view token_in(std::string_view path) {
    path.remove_prefix(kOsmandPath.size());
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// Old OsmAnd builds repeat a refused message at once and without end, so this must be cheap.
void refuse_token(Decoded& decoded, std::string_view called, bool by_token) {
    decoded.refuse_stranger(
        "bad_token",
        "The token in the URL is not known here: 'tracker device token' makes a new one.", called,
        by_token);
}

}  // namespace

bool osmand_claims(const net::http::Request& request) {
    return request.path.starts_with(kOsmandPath) &&
           (request.path.size() == kOsmandPath.size() || request.path[kOsmandPath.size()] == '/');
}

void osmand_decode(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded) {
    std::string path_scratch;
    const std::string_view encoded_token = token_in(request.path);
    std::optional<KnownDevice> device;
    FormMessage message;
    if (!encoded_token.empty()) {
        const auto token = net::http::percent_decode(encoded_token, path_scratch);
        if (token) device = devices.by_token(*token);
        if (!device) return refuse_token(decoded, token.value_or(encoded_token), true);
        message.named_by = *token;
    }
    if (!read_form_message(request, message, decoded)) return;
    if (!device && message.text.empty()) {
        decoded.refuse(404, "not_found", "The URL needs a token: /osmand/TOKEN?lat=...");
        return;
    }
    if (!device && message.token.empty() && message.identifier.empty()) {
        decoded.refuse(400, "missing_device", "The URL needs a token: /osmand/TOKEN?lat=...");
        return;
    }
    if (!device) {
        const bool by_token = !message.token.empty();
        message.named_by = by_token ? message.token : message.identifier;
        device =
            by_token ? devices.by_token(message.named_by) : find_device(devices, message.named_by);
    }
    if (!device) return refuse_token(decoded, message.named_by, !message.token.empty());
    decode_form_message(message, kOsmandDialect, *device, now, decoded);
}

void osmand_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded) {
    decode_form_again(raw, kOsmandDialect, device, received, decoded);
}

}  // namespace waymark::tracker
