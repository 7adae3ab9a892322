#include "protocols/hauk.hh"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "net/http/form.hh"
#include "protocols/credentials.hh"
#include "protocols/form_message.hh"
#include "protocols/number.hh"
#include "protocols/session.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kHaukCreate = "/api/create.php";
constexpr std::string_view kHaukPost = "/api/post.php";
constexpr std::string_view kHaukStop = "/api/stop.php";
constexpr std::string_view kHaukView = "/hauk";
constexpr std::string_view kHaukPurpose = "hauk";
constexpr double kLongestShare_s = 86'400;

constexpr FormAlias kHaukNames[] = {
    {"time", &FormMessage::time},
    {"acc", &FormMessage::accuracy},
    {"spd", &FormMessage::speed},
};
constexpr FormDialect kHaukDialect{
    .source = Source::hauk, .speed_unit = SpeedUnit::mps, .aliases = kHaukNames, .is_typed = false};

struct HaukFields {
    std::string session, password, mode, encrypted;
    double duration_s = 0;
};

HaukFields read_hauk_fields(std::string_view form) {
    HaukFields fields;
    std::string scratch;
    net::http::FormReader reader(form, scratch, FormMessage::kMaximumPairs);
    net::http::FormField field;
    while (reader.next(field) == net::http::FormReader::Result::field) {
        if (field.name == "sid") fields.session = field.value;
        if (field.name == "pwd") fields.password = field.value;
        if (field.name == "mod") fields.mode = field.value;
        if (field.name == "e2e") fields.encrypted = field.value;
        if (field.name == "dur") fields.duration_s = parse_number(field.value).value;
    }
    return fields;
}

void answer_lines(Decoded& decoded, std::string_view lines) {
    decoded.content_type = "text/plain; charset=utf-8";
    decoded.body = lines;
}

// The seal of a session, by which it could be told from another share.
std::string_view share_of(std::string_view session) {
    return session.substr(session.rfind('.') + 1);
}

std::string link_to(const net::http::Request& request, std::string_view share) {
    return fmt::format("http://{}{}/{}", request.field("Host").value_or("localhost"), kHaukView,
                       share);
}

void begin_share(const net::http::Request& request, const HaukFields& fields,
                 const DeviceDirectory& devices, UnixMillis now, Decoded& decoded) {
    const std::optional<KnownDevice> device =
        find_sender({fields.password, "user"}, devices, decoded);
    if (!device) return;
    if (!fields.mode.empty() && fields.mode != "0")
        return answer_lines(decoded, "There are no group shares here: share alone.\n");
    if (fields.encrypted == "1")
        return answer_lines(decoded,
                            "End-to-end encryption must be switched off for this server.\n");
    const double duration_s = std::clamp(fields.duration_s, 1.0, kLongestShare_s);
    const std::string session = make_session(
        kHaukPurpose, device->number, now + static_cast<UnixMillis>(duration_s * 1000), devices);
    const std::string_view share = share_of(session);
    answer_lines(decoded, fmt::format("OK\n{}\n{}\n{}\n", session, link_to(request, share), share));
}

void take_position(const net::http::Request& request, const HaukFields& fields,
                   const DeviceDirectory& devices, UnixMillis now, Decoded& decoded) {
    const std::optional<KnownDevice> device =
        find_session(kHaukPurpose, fields.session, now, devices);
    // The app ends the share when it reads this.
    if (!device) return answer_lines(decoded, "Session expired!\n");
    FormMessage message;
    if (!read_form(request.body, kHaukDialect, message, decoded)) return;
    message.named_by = fields.session;
    decode_form_message(message, kHaukDialect, *device, now, decoded);
    const std::string_view share = share_of(fields.session);
    answer_lines(decoded, fmt::format("OK\n{}\n{}\n", link_to(request, "%s"), share));
}

}  // namespace

bool hauk_claims(const net::http::Request& request) {
    return request.path == kHaukCreate || request.path == kHaukPost || request.path == kHaukStop ||
           is_below(request.path, kHaukView);
}

void hauk_decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
                 Decoded& decoded) {
    const HaukFields fields = read_hauk_fields(request.body);
    if (request.path == kHaukCreate)
        begin_share(request, fields, devices, now, decoded);
    else if (request.path == kHaukPost)
        take_position(request, fields, devices, now, decoded);
    else if (request.path == kHaukStop)
        answer_lines(decoded, "OK\n");
    else
        answer_lines(decoded, "Where this phone is, its owner shows on the map of this server.\n");
    decoded.header_name = "X-Hauk-Version";
    decoded.header_value = "1.6.2";
}

void hauk_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded) {
    decode_form_again(raw, kHaukDialect, device, received, decoded);
}

}  // namespace waymark::tracker
