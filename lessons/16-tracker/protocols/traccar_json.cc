#include "protocols/traccar_json.hh"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "net/http/message.hh"
#include "protocols/extras.hh"
#include "protocols/field_text.hh"
#include "protocols/form_message.hh"
#include "protocols/mended_json.hh"
#include "protocols/number.hh"
#include "protocols/reported_point.hh"
#include "protocols/secrets.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

using nlohmann::json;

constexpr int kDeepest = 16;  // real messages have 4 levels
constexpr std::size_t kMostAttributes = 64;
constexpr std::size_t kLongestEvent = 256;

// What is nested deeper than kDeepest is left out, so that no tree is deeper.
json parse_bounded(std::string_view text) {
    const auto keep = [](int depth, json::parse_event_t, json&) { return depth <= kDeepest; };
    return json::parse(text.begin(), text.end(), keep, false);
}

// A value that no parser takes is mended where it stands, or the points beside it would be lost.
json parse_message(std::string_view body) {
    const json message = parse_bounded(body);
    return message.is_discarded() ? parse_bounded(mended_json(body)) : message;
}

// The member, or null where there is none, or where `object` is no object.
const json& member(const json& object, const char* name) {
    static const json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

// A text, or a number that somebody forgot to quote, as text.
std::string text_of(const json& value) {
    if (value.is_string()) return std::string(without_blanks(value.get_ref<const std::string&>()));
    if (value.is_number() || value.is_boolean()) return value.dump();
    return {};
}

std::optional<double> number_of(const json& value) {
    if (value.is_number()) return value.get<double>();
    if (!value.is_string()) return std::nullopt;
    const Number number = parse_number(value.get_ref<const std::string&>());
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

// Of a place: what is there and is no number is NaN, which the rules for a point judge.
std::optional<double> degrees_of(const json& value) {
    if (value.is_null()) return std::nullopt;
    return number_of(value).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<bool> flag_of(const json& value) {
    return parse_flag(text_of(value));
}

std::optional<UnixMillis> time_of(const json& value, UnixMillis now) {
    const std::string text = text_of(value);
    if (says_nothing(text) && !value.is_structured()) return now;
    return parse_time(text);
}

// One location of the message, and what stands beside it for all of them.
struct Location {
    const json& tree;
    const json& battery;
    std::string_view named_by;
    std::uint32_t index = 0;  // of the location within its message
};

ReportedPoint read_point(const Location& location, UnixMillis now) {
    const json& coords = member(location.tree, "coords");
    ReportedPoint point;
    point.latitude_deg = degrees_of(member(coords, "latitude"));
    point.longitude_deg = degrees_of(member(coords, "longitude"));
    point.time_ms = time_of(member(location.tree, "timestamp"), now);
    point.altitude_m = number_of(member(coords, "altitude"));
    point.speed_mps = number_of(member(coords, "speed"));
    point.course_deg = number_of(member(coords, "heading"));
    point.accuracy_m = number_of(member(coords, "accuracy"));
    point.battery_percent = number_of(member(location.battery, "level"));
    if (point.battery_percent) *point.battery_percent *= 100;
    return point;
}

// The other members of a location that say one thing, and what its owner added in `extras`.
class Attributes {
  public:
    explicit Attributes(std::string_view named_by) : named_by_(named_by) {}

    void add(std::string_view name, const json& value) {
        std::string text = text_of(value);
        if (count_ == kMostAttributes || text.empty() || names_device(name) ||
            gives_away(name, named_by_) || gives_away(text, named_by_))
            return;
        texts_[count_] = std::move(text);
        list_[count_] = {name, texts_[count_]};
        ++count_;
    }
    std::span<const Attribute> list() const { return {list_.data(), count_}; }

  private:
    std::string_view named_by_;
    std::array<std::string, kMostAttributes> texts_;
    std::array<Attribute, kMostAttributes> list_;
    std::size_t count_ = 0;
};

void write_extras(const Location& location, std::string& extras) {
    ExtrasWriter writer(extras);
    for (const char* name : {"alarm", "event"}) {
        const std::string event = text_of(member(location.tree, name));
        if (event.empty() || gives_away(event, location.named_by)) continue;
        writer.add_text("event", std::string_view(event).substr(0, kLongestEvent));
        break;
    }
    if (const auto charging = flag_of(member(location.battery, "is_charging")))
        writer.add_flag("charging", *charging);
    Attributes attributes(location.named_by);
    for (const char* name : {"is_moving", "odometer", "mock"})
        attributes.add(name, member(location.tree, name));
    attributes.add("activity", member(member(location.tree, "activity"), "type"));
    if (const json& extra = member(location.tree, "extras"); extra.is_object())
        for (const auto& [name, value] : extra.items()) attributes.add(name, value);
    writer.add_attributes(attributes.list());
    writer.finish();
}

// Where a phone puts a number, and nobody a device's name.
bool holds_number(std::string_view name) {
    for (const char* each : {"latitude", "longitude", "altitude", "speed", "heading", "accuracy",
                             "timestamp", "level"})
        if (name == each) return true;
    return false;
}

// Takes away what gives the device's name away: the member "_" repeats the whole message as a form.
void remove_secrets(json& tree, std::string_view named_by) {
    if (tree.is_string() && gives_away(tree.get_ref<const std::string&>(), named_by))
        tree = nullptr;
    if (tree.is_number_integer() && tree.dump() == named_by) tree = nullptr;
    if (!tree.is_structured()) return;
    for (auto it = tree.begin(); it != tree.end();) {
        if (tree.is_object() &&
            (it.key() == "_" || names_device(it.key()) || gives_away(it.key(), named_by))) {
            it = tree.erase(it);
            continue;
        }
        const bool is_number = tree.is_object() && holds_number(it.key()) && number_of(*it);
        if (!is_number) remove_secrets(*it, named_by);
        ++it;
    }
}

// As it is if it can be a number or a time, which are short; else its beginning.
json shortened(const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (text.size() <= kLongestDecidingValue) return value;
    std::string beginning;  // cut within a letter, it is no UTF-8, and dump() would throw
    append_as_utf8(beginning, std::string_view(text).substr(0, kLongestDecidingValue));
    return beginning;
}

// What a fix needs, of a location that is too long to be kept: what is cut cannot be decoded, so
// nothing else may push it out.
json needed_of(const json& tree) {
    json needed;
    const json& location = member(tree, "location");
    if (const json& time = member(location, "timestamp"); !time.is_null())
        needed["timestamp"] = shortened(time);
    for (const char* name :
         {"latitude", "longitude", "altitude", "speed", "heading", "accuracy"})
        if (const json& value = member(member(location, "coords"), name); !value.is_null())
            needed["coords"][name] = shortened(value);
    return {{"location", needed}};
}

std::string raw_of(const Location& location) {
    json tree{{"location", location.tree}};
    const bool is_beside = member(location.tree, "battery").is_null();
    if (const json& level = member(location.battery, "level"); is_beside && level.is_number())
        tree["battery"]["level"] = level;
    remove_secrets(tree, location.named_by);
    std::string raw = tree.dump();
    return raw.size() <= kMaximumRaw ? raw : needed_of(tree).dump();
}

void decode_location(const Location& location, const KnownDevice& device, UnixMillis now,
                     Decoded& decoded) {
    const ReportedPoint point = read_point(location, now);
    if (!point.latitude_deg && !point.longitude_deg) {
        decoded.heartbeat = Heartbeat{device.number, plausible_battery(point.battery_percent)};
        return;
    }
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back({device.number, location.index, std::string(reason),
                                       Source::traccar, raw_of(location)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = Source::traccar;
    fill_fix(point, fix);
    write_extras(location, fix.extras);
}

void decode_locations(const json& message, const KnownDevice& device, std::string_view named_by,
                      UnixMillis now, Decoded& decoded) {
    const json& location = member(message, "location");
    const bool is_list = location.is_array();
    const std::size_t count = is_list ? location.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
        const json& each = is_list ? location[i] : location;
        const json& own_battery = member(each, "battery");
        const json& battery = own_battery.is_null() ? member(message, "battery") : own_battery;
        decode_location({each, battery, named_by, static_cast<std::uint32_t>(i)}, device, now,
                        decoded);
    }
}

bool begins_like_object(std::string_view body) {
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '{';
}

}  // namespace

bool traccar_json_claims(const net::http::Request& request) {
    if (request.path != "/" || !request.query.empty() || request.body.empty()) return false;
    if (begins_like_object(request.body)) return true;
    std::string_view type = request.field("Content-Type").value_or("");
    type = without_blanks(type.substr(0, type.find(';')));
    return net::http::same_name(type, "application/json");
}

void traccar_json_decode(const net::http::Request& request, const DeviceDirectory& devices,
                         UnixMillis now, Decoded& decoded) {
    const json message = parse_message(request.body);
    if (!message.is_object()) {
        decoded.refuse(400, "bad_json", "The body is not a JSON object, or it was cut off.");
        return;
    }
    const std::string identifier = text_of(member(message, "device_id"));
    if (says_nothing(identifier)) {
        decoded.refuse(400, "missing_device",
                       "The message names no device: set the device identifier in the app.");
        return;
    }
    const std::optional<KnownDevice> device = find_device(devices, identifier);
    if (!device) {
        decoded.refuse_stranger("unknown_device",
                                "The device is not known here: add it with 'tracker device add'.",
                                identifier, false);
        return;
    }
    decode_locations(message, *device, identifier, now, decoded);
}

void traccar_json_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                               Decoded& decoded) {
    const json message = parse_bounded(raw);
    if (!message.is_object()) {
        decoded.refuse(400, "bad_json", "What was kept is not a JSON object.");
        return;
    }
    decode_locations(message, device, {}, received, decoded);
}

}  // namespace waymark::tracker
