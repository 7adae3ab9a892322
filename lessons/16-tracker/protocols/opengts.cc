#include "protocols/opengts.hh"

#include <string>

#include "net/http/form.hh"
#include "net/http/url.hh"
#include "protocols/credentials.hh"
#include "protocols/form_message.hh"
#include "protocols/nmea_fix.hh"
#include "protocols/number.hh"
#include "protocols/reported_point.hh"
#include "protocols/secrets.hh"
#include "trips/nmea_sentence.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kOpengtsPath = "/opengts";

struct OpengtsFields {
    std::string id, device, sentence, altitude, battery;
};

OpengtsFields read_opengts_fields(std::string_view form) {
    OpengtsFields fields;
    std::string scratch;
    net::http::FormReader reader(form, scratch, FormMessage::kMaximumPairs);
    net::http::FormField field;
    for (;;) {
        const net::http::FormReader::Result result = reader.next(field);
        if (result == net::http::FormReader::Result::malformed) {
            reader.go_on();
            continue;
        }
        if (result != net::http::FormReader::Result::field) return fields;
        if (field.name == "id") fields.id = field.value;
        if (field.name == "dev") fields.device = field.value;
        if (field.name == "gprmc") fields.sentence = field.value;
        if (field.name == "alt") fields.altitude = field.value;
        if (field.name == "batt") fields.battery = field.value;
    }
}

bool opengts_decides(std::string_view name) {
    return name == "gprmc" || name == "alt" || name == "batt";
}

std::optional<double> opengts_number(const std::string& text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

struct OpengtsMessage {
    std::string_view form;
    std::string_view named_by;
    const OpengtsFields& fields;
};

void decode_sentence(const OpengtsMessage& message, const KnownDevice& device, UnixMillis now,
                     Decoded& decoded) {
    const OpengtsFields& fields = message.fields;
    std::string_view line = fields.sentence;
    const std::optional<NmeaSentence> sentence = take_sentence(line);
    if (!sentence || sentence->type() != "RMC" || !says_place(*sentence)) {
        decoded.heartbeat =
            Heartbeat{device.number, plausible_battery(opengts_number(fields.battery))};
        return;
    }
    ReportedPoint point = point_of_sentence(*sentence, device.speed_unit);
    point.altitude_m = opengts_number(fields.altitude);
    point.battery_percent = opengts_number(fields.battery);
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back(
            {device.number, 0, std::string(reason), Source::opengts,
             form_without_secrets(message.form, message.named_by, kMaximumRaw, opengts_decides)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = Source::opengts;
    fill_fix(point, fix);
}

}  // namespace

bool opengts_claims(const net::http::Request& request) {
    return is_below(request.path, kOpengtsPath);
}

void opengts_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded) {
    const std::string_view form = request.query.empty() ? request.body : request.query;
    const OpengtsFields fields = read_opengts_fields(form);
    const std::string_view in_path = rest_below(request.path, kOpengtsPath);
    std::string scratch;
    const std::string name =
        !in_path.empty()
            ? std::string(net::http::percent_decode(in_path, scratch).value_or(in_path))
            : (fields.id.empty() ? fields.device : fields.id);
    if (name.empty())
        return decoded.refuse(400, "missing_device",
                              "The message names no device: set id= or dev=.");
    const std::optional<KnownDevice> device =
        in_path.empty() ? find_device(devices, name) : devices.by_token(name);
    if (!device)
        return decoded.refuse_stranger("unknown_device",
                                       "The device is not known here: add it with "
                                       "'tracker device add'.",
                                       name, !in_path.empty());
    decode_sentence({form, name, fields}, *device, now, decoded);
}

void opengts_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded) {
    const OpengtsFields fields = read_opengts_fields(raw);
    decode_sentence({raw, {}, fields}, device, received, decoded);
}

}  // namespace waymark::tracker
