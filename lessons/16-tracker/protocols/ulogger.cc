#include "protocols/ulogger.hh"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "net/http/form.hh"
#include "protocols/credentials.hh"
#include "protocols/extras.hh"
#include "protocols/field_text.hh"
#include "protocols/form_message.hh"
#include "protocols/multipart.hh"
#include "protocols/session.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kUloggerPath = "/client/index.php";
constexpr std::string_view kUloggerPurpose = "ulogger";
constexpr std::string_view kUloggerCookie = "ulogger=";
constexpr UnixMillis kUloggerTime = UnixMillis{30} * 86400 * 1000;
constexpr std::string_view kUloggerDone = R"({"error":false})";

constexpr FormAlias kUloggerNames[] = {{"time", &FormMessage::time}};
constexpr FormDialect kUloggerDialect{.source = Source::ulogger,
                                      .speed_unit = SpeedUnit::mps,
                                      .aliases = kUloggerNames,
                                      .is_typed = false};

// The fields that are no part of a position.
struct UloggerFields {
    std::string action, password, track;
};

UloggerFields read_ulogger_fields(std::string_view form) {
    UloggerFields fields;
    std::string scratch;
    net::http::FormReader reader(form, scratch, FormMessage::kMaximumPairs);
    net::http::FormField field;
    while (reader.next(field) == net::http::FormReader::Result::field) {
        if (field.name == "action") fields.action = field.value;
        if (field.name == "pass") fields.password = field.value;
        if (field.name == "track") fields.track = field.value;
    }
    return fields;
}

void ulogger_answer(Decoded& decoded, std::string_view body) {
    decoded.content_type = "application/json";
    decoded.body = body;
}

// The app shows the text.
void ulogger_explain(Decoded& decoded) {
    std::string explanation = decoded.body;
    while (explanation.ends_with('\n')) explanation.pop_back();
    std::string body = R"({"error":true,"message":)";
    append_json_string(body, explanation);
    ulogger_answer(decoded, body + '}');
}

void log_in(const UloggerFields& fields, const DeviceDirectory& devices, UnixMillis now,
            Decoded& decoded) {
    const std::optional<KnownDevice> device =
        find_sender({fields.password, "user"}, devices, decoded);
    if (!device) return ulogger_explain(decoded);
    ulogger_answer(decoded, kUloggerDone);
    decoded.header_name = "Set-Cookie";
    decoded.header_value =
        fmt::format("{}{}; Path=/client; HttpOnly; SameSite=Strict", kUloggerCookie,
                    make_session(kUloggerPurpose, device->number, now + kUloggerTime, devices));
}

// Among the cookies of one field, "a=b; c=d" (RFC 6265, 4.2.1).
std::string_view session_in(std::string_view cookies) {
    while (!cookies.empty()) {
        const std::size_t end = cookies.find(';');
        const std::string_view cookie = without_blanks(cookies.substr(0, end));
        if (cookie.starts_with(kUloggerCookie)) return cookie.substr(kUloggerCookie.size());
        cookies.remove_prefix(end == std::string_view::npos ? cookies.size() : end + 1);
    }
    return {};
}

// FNV-1a: the same name has the same number, also after a restart.
std::uint32_t track_number(std::string_view name) {
    std::uint32_t number = 2166136261U;
    for (const char c : name) number = (number ^ static_cast<unsigned char>(c)) * 16777619U;
    return std::max(1U, number & 0x7FFFFFFFU);
}

void remove_own_fields(FormMessage& message) {
    const auto is_own = [](const Attribute& attribute) {
        return attribute.name == "action" || attribute.name == "user" || attribute.name == "pass";
    };
    const auto begin = message.attributes.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(message.attribute_count);
    message.attribute_count = static_cast<std::size_t>(std::remove_if(begin, end, is_own) - begin);
}

void add_position(std::string_view form, const KnownDevice& device, std::string_view password,
                  UnixMillis now, Decoded& decoded) {
    FormMessage message;
    if (!read_form(form, kUloggerDialect, message, decoded)) return ulogger_explain(decoded);
    message.named_by = password;
    remove_own_fields(message);
    decode_form_message(message, kUloggerDialect, device, now, decoded);
    ulogger_answer(decoded, kUloggerDone);
}

}  // namespace

bool ulogger_is_ping(const net::http::Request& request) {
    return request.method == "HEAD" && request.path.starts_with("/client");
}

bool ulogger_claims(const net::http::Request& request) {
    return request.path == kUloggerPath;
}

void ulogger_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded) {
    const std::optional<std::string> parts =
        multipart_as_form(request.field("Content-Type").value_or(""), request.body);
    const std::string_view form = parts ? std::string_view(*parts) : request.body;
    const UloggerFields fields = read_ulogger_fields(form);
    if (fields.action == "auth") return log_in(fields, devices, now, decoded);
    const std::optional<KnownDevice> device = find_session(
        kUloggerPurpose, session_in(request.field("Cookie").value_or("")), now, devices);
    if (!device) {
        decoded.refuse(401, "not_logged_in", "Log in first.");
        return ulogger_explain(decoded);
    }
    if (fields.action == "addpos")
        return add_position(form, *device, fields.password, now, decoded);
    // What else there is, or will be, must not stop the app.
    if (fields.action == "addtrack")
        return ulogger_answer(
            decoded, fmt::format(R"({{"error":false,"trackid":{}}})", track_number(fields.track)));
    ulogger_answer(decoded, kUloggerDone);
}

void ulogger_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded) {
    decode_form_again(raw, kUloggerDialect, device, received, decoded);
}

}  // namespace waymark::tracker
