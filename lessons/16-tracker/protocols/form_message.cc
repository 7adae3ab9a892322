#include "protocols/form_message.hh"

#include <limits>

#include "net/http/form.hh"
#include "protocols/number.hh"
#include "protocols/reported_point.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

using net::http::FormField;
using net::http::FormReader;

constexpr std::size_t kMaximumEvent = 256;  // bytes; it is a word like "sos"

// The view that holds a known name's value; nullptr for a name that is not ours.
std::string_view* slot_for(FormMessage& message, std::string_view name) {
    struct Row {
        std::string_view name;
        std::string_view FormMessage::*slot;
    };
    static constexpr Row kRows[] = {
        {"lat", &FormMessage::latitude},      {"lon", &FormMessage::longitude},
        {"timestamp", &FormMessage::time},    {"id", &FormMessage::identifier},
        {"speed", &FormMessage::speed},       {"bearing", &FormMessage::course},
        {"altitude", &FormMessage::altitude}, {"accuracy", &FormMessage::accuracy},
        {"batt", &FormMessage::battery},      {"hdop", &FormMessage::hdop},
        {"charge", &FormMessage::charging},   {"valid", &FormMessage::valid},
        {"event", &FormMessage::event},       {"alarm", &FormMessage::alarm},
        {"heading", &FormMessage::course},    {"location", &FormMessage::location},
        {"token", &FormMessage::token},       {"deviceid", &FormMessage::identifier},
    };
    for (const Row& row : kRows)
        if (row.name == name) return &(message.*row.slot);
    return nullptr;
}

void refuse_form(FormReader::Result result, Decoded& decoded) {
    if (result == FormReader::Result::too_many)
        decoded.refuse(400, "too_many_fields", "The message has more than 64 fields.");
    else
        decoded.refuse(400, "bad_escape", "A % in the message is not followed by two hex digits.");
}

// What a phone's numbers are called where they are wrong, and their text.
struct NamedText {
    std::string_view name;
    std::string_view text;
};

// Reads numbers, and remembers the first that is none: that is an app set up wrongly, which a
// person must see.
class NumberFields {
  public:
    // Empty if nothing was sent; NaN for what is not finite, which the rules for a point judge.
    std::optional<double> read(NamedText field) {
        if (field.text.empty()) return std::nullopt;
        const Number number = parse_number(field.text);
        if (number.kind == NumberKind::value) return number.value;
        if (number.kind == NumberKind::not_a_number && wrong_.empty()) wrong_ = field.name;
        return std::numeric_limits<double>::quiet_NaN();
    }
    std::string_view wrong() const { return wrong_; }

  private:
    std::string_view wrong_;
};

std::string_view without_spaces_around(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// "location=60.0,30.0" is an alternative to lat and lon, and yields to them.
void read_place(const FormMessage& message, NumberFields& numbers, ReportedPoint& point) {
    if (!message.latitude.empty() || !message.longitude.empty() || message.location.empty()) {
        point.latitude_deg = numbers.read({"lat", message.latitude});
        point.longitude_deg = numbers.read({"lon", message.longitude});
        return;
    }
    const std::size_t comma = message.location.find(',');
    const std::string_view first = message.location.substr(0, comma);
    const std::string_view second =
        comma == std::string_view::npos ? "-" : message.location.substr(comma + 1);
    // A part that is missing is as wrong as one that is not a number.
    const auto or_wrong = [](std::string_view text) { return text.empty() ? "-" : text; };
    point.latitude_deg = numbers.read({"location", or_wrong(without_spaces_around(first))});
    point.longitude_deg = numbers.read({"location", or_wrong(without_spaces_around(second))});
}

ReportedPoint read_point(const FormMessage& message, const FormDialect& dialect,
                         const KnownDevice& device, UnixMillis now, NumberFields& numbers) {
    ReportedPoint point;
    read_place(message, numbers, point);
    point.altitude_m = numbers.read({"altitude", message.altitude});
    point.speed_mps = numbers.read({"speed", message.speed});
    if (point.speed_mps)
        point.speed_mps =
            to_metres_per_second(*point.speed_mps, device.speed_unit, dialect.speed_unit);
    point.course_deg = numbers.read({"bearing", message.course});
    point.accuracy_m = numbers.read({"accuracy", message.accuracy});
    if (dialect.hdop_is_accuracy && message.accuracy.empty())
        point.accuracy_m = numbers.read({"hdop", message.hdop});
    point.battery_percent = numbers.read({"batt", message.battery});
    point.time_ms = message.time.empty() ? now : parse_time(message.time);
    return point;
}

std::optional<bool> parse_flag(std::string_view text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
}

void write_extras(const FormMessage& message, const FormDialect& dialect, std::string& extras) {
    ExtrasWriter writer(extras);
    const std::string_view event = message.alarm.empty() ? message.event : message.alarm;
    if (!event.empty()) writer.add_text("event", event.substr(0, kMaximumEvent));
    if (const auto charging = parse_flag(message.charging)) writer.add_flag("charging", *charging);
    if (!dialect.hdop_is_accuracy) {
        const Number hdop = parse_number(message.hdop);
        if (hdop.kind == NumberKind::value) writer.add_number("hdop", hdop.value);
    }
    writer.add_attributes({message.attributes.data(), message.attribute_count});
    writer.finish();
}

// The message as it is kept for a later try: without the token, which is stored nowhere in the
// clear.
std::string raw_without_token(std::string_view text) {
    std::string raw;
    while (!text.empty() && raw.size() < kMaximumRaw) {
        const std::size_t length = text.find('&');
        const std::string_view pair = text.substr(0, length);
        text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
        if (pair.starts_with("token=")) continue;
        if (!raw.empty()) raw += '&';
        raw += pair;
    }
    if (raw.size() > kMaximumRaw) raw.resize(kMaximumRaw);
    return raw;
}

bool has_place(const FormMessage& message) {
    return !message.latitude.empty() || !message.longitude.empty() || !message.location.empty();
}

}  // namespace

bool read_form_message(const net::http::Request& request, FormMessage& message, Decoded& decoded) {
    message.text = request.query.empty() ? request.body : request.query;
    FormReader reader(message.text, decoded.scratch, FormMessage::kMaximumPairs);
    FormField field;
    FormReader::Result result = FormReader::Result::field;
    while ((result = reader.next(field)) == FormReader::Result::field) {
        if (std::string_view* slot = slot_for(message, field.name))
            *slot = field.value;
        else if (!field.value.empty())
            message.attributes[message.attribute_count++] = {field.name, field.value};
    }
    if (result == FormReader::Result::end) return true;
    refuse_form(result, decoded);
    return false;
}

void decode_form_message(const FormMessage& message, const FormDialect& dialect,
                         const KnownDevice& device, UnixMillis now, Decoded& decoded) {
    NumberFields numbers;
    const ReportedPoint point = read_point(message, dialect, device, now, numbers);
    if (!numbers.wrong().empty()) {
        decoded.refuse(400, "bad_number", "A field is not a number: see the URL set in the app.",
                       numbers.wrong());
        return;
    }
    if (!has_place(message)) {
        decoded.heartbeat = Heartbeat{device.number, plausible_battery(point.battery_percent)};
        return;
    }
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back({device.number, 0, std::string(reason), dialect.source,
                                       raw_without_token(message.text)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = dialect.source;
    fix.valid = parse_flag(message.valid).value_or(true);
    fill_fix(point, fix);
    write_extras(message, dialect, fix.extras);
}

std::optional<KnownDevice> find_device(const DeviceDirectory& devices,
                                       std::string_view identifier) {
    const std::optional<KnownDevice> device = devices.by_identifier(identifier);
    return device ? device : devices.by_token(identifier);
}

}  // namespace waymark::tracker
