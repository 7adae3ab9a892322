#include "protocols/phonetrack.hh"

#include <array>
#include <optional>
#include <string>

#include "net/http/url.hh"
#include "protocols/credentials.hh"
#include "protocols/form_message.hh"
#include "protocols/json_reader.hh"
#include "protocols/secrets.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kPhonetrackPaths[] = {"/index.php/apps/phonetrack", "/apps/phonetrack"};

constexpr FormAlias kPhonetrackNames[] = {
    {"alt", &FormMessage::altitude}, {"acc", &FormMessage::accuracy},
    {"bat", &FormMessage::battery},  {"longitude", &FormMessage::longitude},
    {"time", &FormMessage::time},    {"spd", &FormMessage::speed},
    {"dir", &FormMessage::course},
};
constexpr FormDialect kPhonetrackDialect{.source = Source::phonetrack,
                                         .speed_unit = SpeedUnit::mps,
                                         .aliases = kPhonetrackNames,
                                         .is_typed = false};
// A person wrote the URL, and OsmAnd says metres where the name is hdop.
constexpr FormDialect kTypedDialect{.source = Source::phonetrack,
                                    .speed_unit = SpeedUnit::mps,
                                    .hdop_is_accuracy = true,
                                    .aliases = kPhonetrackNames};

struct PhonetrackPath {
    std::string_view action;  // "logGet", "log/osmand", ...
    std::string_view token;   // still encoded
};

std::optional<PhonetrackPath> split_phonetrack(std::string_view path) {
    for (const std::string_view prefix : kPhonetrackPaths) {
        if (!is_below(path, prefix)) continue;
        std::string_view rest = rest_below(path, prefix);
        PhonetrackPath parts;
        std::size_t end = rest.find('/');
        if (rest.substr(0, end) == "log" && end != std::string_view::npos)
            end = rest.find('/', end + 1);
        parts.action = rest.substr(0, end);
        if (end != std::string_view::npos) rest.remove_prefix(end + 1);
        parts.token =
            end == std::string_view::npos ? std::string_view() : rest.substr(0, rest.find('/'));
        return parts;
    }
    return std::nullopt;
}

const FormDialect* dialect_of(std::string_view action) {
    if (action == "logGet" || action == "logPost") return &kPhonetrackDialect;
    if (action == "log/osmand" || action == "log/gpslogger" || action == "log/locusmap")
        return &kTypedDialect;
    return nullptr;
}

// A row becomes the form that the same phone would send for one position.
std::string row_as_form(JsonReader& in) {
    static constexpr std::array<std::string_view, 10> kNames{
        "lat", "lon", "timestamp", "alt", "acc", "bat", "sat", "useragent", "speed", "bearing"};
    std::string form;
    std::string space;
    for (std::size_t i = 0; in.next_element(); ++i) {
        const std::string_view text = json_text(in.value(), space);
        if (i < kNames.size()) append_form_field(form, kNames[i], text);
    }
    return form;
}

void decode_row(JsonReader& in, const KnownDevice& device, UnixMillis now, Decoded& decoded) {
    if (!in.enter_array()) {
        in.value();
        return;
    }
    const std::string form = row_as_form(in);
    FormMessage message;
    if (read_form(form, kPhonetrackDialect, message, decoded))
        decode_form_message(message, kPhonetrackDialect, device, now, decoded);
}

// A list of rows, or an object with one.
bool decode_rows(std::string_view body, const KnownDevice& device, UnixMillis now,
                 Decoded& decoded) {
    JsonReader in(body);
    std::string_view name;
    const auto read_list = [&] {
        for (std::uint32_t index = 0; in.next_element(); ++index) {
            const std::size_t before = decoded.quarantined.size();
            decode_row(in, device, now, decoded);
            for (std::size_t i = before; i < decoded.quarantined.size(); ++i)
                decoded.quarantined[i].index = index;
        }
    };
    if (in.enter_array()) {
        read_list();
        return in.at_end();
    }
    if (!in.enter_object()) return false;
    while (in.next_member(name))
        if (name == "points" && in.enter_array())
            read_list();
        else
            in.value();
    return in.at_end();
}

}  // namespace

bool phonetrack_claims(const net::http::Request& request) {
    return split_phonetrack(request.path).has_value();
}

void phonetrack_decode(const net::http::Request& request, const DeviceDirectory& devices,
                       UnixMillis now, Decoded& decoded) {
    const PhonetrackPath path = *split_phonetrack(request.path);
    const FormDialect* const dialect = dialect_of(path.action);
    if ((dialect == nullptr && path.action != "logPostMultiple") || path.token.empty())
        return decoded.refuse(404, "not_found", "The path ends with logGet/TOKEN/NAME.");
    std::string scratch;
    const std::string token(net::http::percent_decode(path.token, scratch).value_or(path.token));
    const std::optional<KnownDevice> device = devices.by_token(token);
    if (!device)
        return decoded.refuse_stranger(
            "bad_token",
            "The token in the URL is not known here: 'tracker device token' makes one.", token,
            true);
    if (dialect == nullptr) {
        if (!decode_rows(request.body, *device, now, decoded))
            return decoded.refuse(400, "bad_json", "The body is no JSON, or it was cut off.");
    } else {
        FormMessage message;
        if (!read_form_message(request, *dialect, message, decoded)) return;
        message.named_by = token;
        decode_form_message(message, *dialect, *device, now, decoded);
        if (decoded.status != 200) return;
    }
    decoded.content_type = "application/json";
    decoded.body = R"({"done":1})";
}

void phonetrack_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                             Decoded& decoded) {
    decode_form_again(raw, kPhonetrackDialect, device, received, decoded);
}

}  // namespace waymark::tracker
