#include "protocols/credentials.hh"

#include <sodium.h>

#include <array>

#include "net/http/form.hh"
#include "net/http/url.hh"
#include "protocols/field_text.hh"

namespace waymark::tracker {
namespace {

using net::http::FormField;
using net::http::FormReader;
using net::http::same_name;

constexpr std::size_t kMostFields = 64;
constexpr std::size_t kLongestSecret = 256;

bool is_secret_name(std::string_view name) {
    return same_name(name, "token") || same_name(name, "api_key") ||
           same_name(name, "access_token");
}

std::string secret_in_query(std::string_view query) {
    std::string scratch;
    FormReader reader(query, scratch, kMostFields);
    FormField field;
    for (;;) {
        switch (reader.next(field)) {
            case FormReader::Result::field:
                if (is_secret_name(field.name) && !field.value.empty())
                    return std::string(field.value);
                break;
            case FormReader::Result::malformed:
                reader.go_on();
                break;
            default:
                return {};
        }
    }
}

// RFC 7617: base64 of "user:password".
Credentials read_basic(std::string_view text) {
    std::array<unsigned char, kLongestSecret> bytes{};
    std::size_t size = 0;
    const bool is_base64 =
        ::sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                            nullptr, sodium_base64_VARIANT_ORIGINAL) == 0;
    const std::string_view plain(reinterpret_cast<const char*>(bytes.data()), size);
    const std::size_t colon = plain.find(':');
    if (is_base64 && colon != std::string_view::npos)
        return {std::string(plain.substr(colon + 1)), std::string(plain.substr(0, colon))};
    if (text.ends_with(':')) text.remove_suffix(1);
    return {std::string(text), {}};
}

Credentials read_authorization(std::string_view value) {
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) return {std::string(value), {}};
    const std::string_view scheme = value.substr(0, space);
    const std::string_view rest = without_blanks(value.substr(space));
    if (same_name(scheme, "Basic")) return read_basic(rest);
    return {std::string(rest), {}};
}

}  // namespace

Credentials read_credentials(const net::http::Request& request, std::string_view in_path) {
    Credentials credentials;
    if (!in_path.empty()) {
        std::string scratch;
        credentials.secret = net::http::percent_decode(in_path, scratch).value_or(in_path);
        return credentials;
    }
    credentials.secret = secret_in_query(request.query);
    if (!credentials.secret.empty()) return credentials;
    if (const auto field = request.field("Authorization")) return read_authorization(*field);
    return credentials;
}

std::optional<KnownDevice> find_sender(const Credentials& credentials,
                                       const DeviceDirectory& devices, Decoded& decoded) {
    if (credentials.secret.empty()) {
        decoded.refuse(401, "no_credentials",
                       "The message has no token: set the device's token in the app.");
        return std::nullopt;
    }
    const std::optional<KnownDevice> device = devices.by_token(credentials.secret);
    if (!device)
        decoded.refuse_stranger(
            credentials.user.empty() ? "bad_token" : "bad_credentials",
            "The token is not known here: 'tracker device token' makes a new one.",
            credentials.secret, true, 401);
    return device;
}

bool is_below(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

std::string_view rest_below(std::string_view path, std::string_view prefix) {
    path.remove_prefix(prefix.size());
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

}  // namespace waymark::tracker
