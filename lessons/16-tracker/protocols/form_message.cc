#include "protocols/form_message.hh"

#include <algorithm>
#include <limits>
#include <string>

#include "net/http/form.hh"
#include "protocols/field_text.hh"
#include "protocols/number.hh"
#include "protocols/reported_point.hh"
#include "protocols/secrets.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

using net::http::FormField;
using net::http::FormReader;

constexpr std::size_t kMaximumEvent = 256;  // bytes; it is a word like "sos"

using Slot = std::string_view FormMessage::*;

// Where a known name's value is held; nullptr for a name that is not ours.
Slot slot_for(std::string_view name) {
    struct Row {
        std::string_view name;
        Slot slot;
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
    name = without_blanks(name);
    for (const Row& row : kRows)
        if (row.name == name) return row.slot;
    // Apps write them like this; people type them in other cases.
    for (const Row& row : kRows)
        if (row.name.size() == name.size() && net::http::same_name(row.name, name)) return row.slot;
    return nullptr;
}

// The same for the names that only this dialect has.
Slot slot_for_alias(std::string_view name, const FormDialect& dialect) {
    name = without_blanks(name);
    for (const FormAlias& alias : dialect.aliases)
        if (net::http::same_name(alias.name, name)) return alias.slot;
    return nullptr;
}

// The name of a field without which a message cannot be understood; "" for another.
std::string_view needed_name(std::string_view name) {
    name = without_blanks(name);
    for (const std::string_view needed :
         {"lat", "lon", "location", "timestamp", "id", "deviceid", "token"})
        if (net::http::same_name(needed, name)) return needed;
    return {};
}

// What a phone's numbers are called where they are wrong, and their text.
struct NamedText {
    std::string_view name;
    std::string_view text;
};

// An app is set up wrongly, and a person must see it: so it says where and what, in their words.
void refuse_number(NamedText field, Decoded& decoded) {
    std::string explanation = std::string(field.name) + " is not a number: ";
    if (field.text.find_first_of("{%") != std::string_view::npos)
        explanation += "the app has not put a value for its placeholder. See the URL set in it.";
    else if (field.text.find(',') != std::string_view::npos)
        explanation += "it has a comma. A decimal point is needed, as in 47.78.";
    else
        explanation += "see the URL set in the app.";
    decoded.refuse(400, "bad_number", explanation, field.name);
}

// Reads the place, and remembers the first part that is no number.
class PlaceFields {
  public:
    // Empty if nothing was sent; NaN for what is not finite, which the rules for a point judge.
    std::optional<double> read(NamedText field) {
        if (field.text.empty()) return std::nullopt;
        const Number number = parse_number(field.text);
        if (number.kind == NumberKind::value) return number.value;
        if (number.kind == NumberKind::not_a_number && wrong_.name.empty()) wrong_ = field;
        return std::numeric_limits<double>::quiet_NaN();
    }
    const NamedText& wrong() const { return wrong_; }

  private:
    NamedText wrong_;
};

// What accompanies the place: unknown if it cannot be read.
std::optional<double> read_number(std::string_view text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

// "location=60.0,30.0" is an alternative to lat and lon, and yields to them.
void read_place(const FormMessage& message, PlaceFields& numbers, ReportedPoint& point) {
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
    point.latitude_deg = numbers.read({"location", or_wrong(first)});
    point.longitude_deg = numbers.read({"location", or_wrong(second)});
}

ReportedPoint read_point(const FormMessage& message, const FormDialect& dialect,
                         const KnownDevice& device, UnixMillis now, PlaceFields& place) {
    ReportedPoint point;
    read_place(message, place, point);
    point.altitude_m = read_number(message.altitude);
    point.speed_mps = read_number(message.speed);
    if (point.speed_mps)
        point.speed_mps =
            to_metres_per_second(*point.speed_mps, device.speed_unit, dialect.speed_unit);
    point.course_deg = read_number(message.course);
    point.accuracy_m = read_number(message.accuracy);
    if (dialect.hdop_is_accuracy && message.accuracy.empty())
        point.accuracy_m = read_number(message.hdop);
    point.battery_percent = read_number(message.battery);
    point.time_ms = message.time.empty() ? now : parse_time(message.time);
    return point;
}

void write_extras(const FormMessage& message, const FormDialect& dialect, std::string& extras) {
    ExtrasWriter writer(extras);
    const std::string_view event = message.alarm.empty() ? message.event : message.alarm;
    if (!event.empty() && !gives_away(event, message.named_by))
        writer.add_text("event", event.substr(0, kMaximumEvent));
    if (const auto charging = parse_flag(message.charging)) writer.add_flag("charging", *charging);
    if (!dialect.hdop_is_accuracy)
        if (const auto hdop = read_number(message.hdop)) writer.add_number("hdop", *hdop);
    writer.add_attributes({message.attributes.data(), message.attribute_count});
    writer.finish();
}

void forget_secrets(FormMessage& message) {
    const auto is_secret = [&](const Attribute& attribute) {
        return gives_away(attribute.name, message.named_by) ||
               gives_away(attribute.value, message.named_by);
    };
    const auto begin = message.attributes.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(message.attribute_count);
    message.attribute_count =
        static_cast<std::size_t>(std::remove_if(begin, end, is_secret) - begin);
}

bool has_place(const FormMessage& message) {
    return !message.latitude.empty() || !message.longitude.empty() || !message.location.empty();
}

}  // namespace

bool is_form_name(std::string_view name) {
    for (const std::string_view alias : {"longitude", "alt", "acc", "dir", "spd", "time", "bat"})
        if (net::http::same_name(without_blanks(name), alias)) return true;
    return slot_for(name) != nullptr;
}

bool read_form(std::string_view form, const FormDialect& dialect, FormMessage& message,
               Decoded& decoded) {
    message.text = form;
    FormReader reader(message.text, decoded.scratch, FormMessage::kMaximumPairs);
    FormField field;
    for (;;) {
        const FormReader::Result result = reader.next(field);
        if (result == FormReader::Result::end) return true;
        if (result == FormReader::Result::too_many) {
            decoded.refuse(400, "too_many_fields", "The message has more than 64 fields.");
            return false;
        }
        if (result == FormReader::Result::malformed) {
            const std::string_view needed = needed_name(field.name);
            reader.go_on();
            if (needed.empty()) continue;
            decoded.refuse(400, "bad_escape",
                           std::string(needed) + ": a % is not followed by two hex digits.",
                           needed);
            return false;
        }
        const std::string_view value =
            says_nothing(field.value) ? std::string_view() : without_blanks(field.value);
        if (const Slot slot = slot_for(field.name)) {
            message.*slot = value;
        } else if (const Slot other = slot_for_alias(field.name, dialect)) {
            if ((message.*other).empty()) message.*other = value;
        } else if (!field.value.empty() && !names_device(field.name)) {
            message.attributes[message.attribute_count++] = {field.name, field.value};
        }
    }
}

bool read_form_message(const net::http::Request& request, const FormDialect& dialect,
                       FormMessage& message, Decoded& decoded) {
    return read_form(request.query.empty() ? request.body : request.query, dialect, message,
                     decoded);
}

void decode_form_again(std::string_view form, const FormDialect& dialect, const KnownDevice& device,
                       UnixMillis received, Decoded& decoded) {
    FormMessage message;
    if (read_form(form, dialect, message, decoded))
        decode_form_message(message, dialect, device, received, decoded);
}

void decode_form_message(FormMessage& message, const FormDialect& dialect,
                         const KnownDevice& device, UnixMillis now, Decoded& decoded) {
    PlaceFields place;
    const ReportedPoint point = read_point(message, dialect, device, now, place);
    if (dialect.is_typed && !place.wrong().name.empty())
        return refuse_number(place.wrong(), decoded);
    if (!has_place(message)) {
        decoded.heartbeat = Heartbeat{device.number, plausible_battery(point.battery_percent)};
        return;
    }
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back(
            {device.number, 0, std::string(reason), dialect.source,
             form_without_secrets(message.text, message.named_by, kMaximumRaw, is_form_name)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = dialect.source;
    fix.valid = parse_flag(message.valid).value_or(true);
    fill_fix(point, fix);
    forget_secrets(message);
    write_extras(message, dialect, fix.extras);
}

std::optional<KnownDevice> find_device(const DeviceDirectory& devices,
                                       std::string_view identifier) {
    const std::optional<KnownDevice> device = devices.by_identifier(identifier);
    return device ? device : devices.by_token(identifier);
}

}  // namespace waymark::tracker
