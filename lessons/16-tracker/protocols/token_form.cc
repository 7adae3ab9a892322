#include "protocols/token_form.hh"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "net/http/url.hh"
#include "protocols/credentials.hh"

namespace waymark::tracker {
namespace {

// Old OsmAnd builds repeat a refused message at once and without end, so this must be cheap.
void refuse_token(Decoded& decoded, std::string_view called, bool by_token) {
    decoded.refuse_stranger(
        "bad_token",
        "The token in the URL is not known here: 'tracker device token' makes a new one.", called,
        by_token);
}

void refuse_nobody(Decoded& decoded, int status, std::string_view word, std::string_view path) {
    decoded.refuse(status, word, fmt::format("The URL needs a token: {}/TOKEN?lat=...", path));
}

}  // namespace

void decode_token_form(const net::http::Request& request, std::string_view path,
                       const FormDialect& dialect, const DeviceDirectory& devices, UnixMillis now,
                       Decoded& decoded) {
    std::string path_scratch;
    const std::string_view encoded_token = rest_below(request.path, path);
    std::optional<KnownDevice> device;
    FormMessage message;
    if (!encoded_token.empty()) {
        const auto token = net::http::percent_decode(encoded_token, path_scratch);
        if (token) device = devices.by_token(*token);
        if (!device) return refuse_token(decoded, token.value_or(encoded_token), true);
        message.named_by = *token;
    }
    if (!read_form_message(request, dialect, message, decoded)) return;
    if (!device && message.text.empty()) return refuse_nobody(decoded, 404, "not_found", path);
    if (!device && message.token.empty() && message.identifier.empty())
        return refuse_nobody(decoded, 400, "missing_device", path);
    if (!device) {
        const bool by_token = !message.token.empty();
        message.named_by = by_token ? message.token : message.identifier;
        device =
            by_token ? devices.by_token(message.named_by) : find_device(devices, message.named_by);
    }
    if (!device) return refuse_token(decoded, message.named_by, !message.token.empty());
    decode_form_message(message, dialect, *device, now, decoded);
}

}  // namespace waymark::tracker
