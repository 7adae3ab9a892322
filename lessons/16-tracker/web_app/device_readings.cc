#include "web_app/device_readings.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "protocols/extras.hh"
#include "services/refusal_words.hh"
#include "unix_time.hh"
#include "web_app/json_numbers.hh"
#include "web_app/qr_code.hh"

namespace waymark::tracker {

namespace {

constexpr UnixMillis kLately = 3'600'000;

// Members of one object after the other, with the commas that they need.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
    void end() { out_ += '}'; }

    void key(std::string_view name) {
        if (!std::exchange(is_first_, false)) out_ += ',';
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    void text(std::string_view name, std::string_view value) {
        key(name);
        append_json_string(out_, value);
    }
    void integer(std::string_view name, std::int64_t value) {
        key(name);
        append_integer(out_, value);
    }
    void integer_or_null(std::string_view name, std::optional<std::int64_t> value) {
        if (value) return integer(name, *value);
        raw(name, "null");
    }
    void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
    void raw(std::string_view name, std::string_view json) {
        key(name);
        out_ += json;
    }

  private:
    std::string& out_;
    bool is_first_ = true;
};

void append_last(std::string& out, const Fix& fix) {
    ObjectWriter last(out);
    last.integer("time", fix.time_ms);
    last.text("protocol", to_text(fix.source));
    last.key("lat");
    append_degrees(out, fix.latitude_e7);
    last.key("lon");
    append_degrees(out, fix.longitude_e7);
    last.end();
}

void append_identifiers(std::string& out, const Device& device) {
    out += '[';
    for (const std::string& identifier : device.identifiers) {
        if (out.back() != '[') out += ',';
        append_json_string(out, identifier);
    }
    out += ']';
}

// Those that the viewer may know of.
void append_viewers(std::string& out, const std::vector<Friendship>& friendships, DeviceNumber seen,
                    const Viewer& viewer) {
    out += '[';
    for (const Friendship& friendship : friendships) {
        if (friendship.seen != seen || !viewer.may_see(friendship.viewer)) continue;
        if (out.back() != '[') out += ',';
        append_integer(out, friendship.viewer);
    }
    out += ']';
}

// By our clock: a fix may be of a time to come.
std::optional<UnixMillis> last_heard(const Device& device, const std::optional<StoredFix>& last,
                                     UnixMillis now) {
    if (device.last_seen_ms) return device.last_seen_ms;
    if (last) return std::min(last->fix.time_ms, now);
    return std::nullopt;
}

std::optional<float> battery_of_device(Reader& reader, const Device& device,
                                       const std::optional<StoredFix>& last) {
    if (last && last->fix.battery_percent && device.last_seen_ms.value_or(0) <= last->fix.time_ms)
        return last->fix.battery_percent;
    const std::optional<float> told = reader.battery_percent(device.number);
    return told || !last ? told : last->fix.battery_percent;
}

void append_thinning(std::string& out, const ThinningRule& rule) {
    ObjectWriter object(out);
    object.integer("days", rule.after_days);
    object.integer("minutes", rule.minutes);
    object.end();
}

// What is said of several devices, read once.
struct Common {
    std::vector<Friendship> friendships;
    std::map<DeviceNumber, ThinningRule> thinning;
};

void append_details(std::string& out, Reader& reader, const Device& device, const Viewer& viewer,
                    const Common& common, UnixMillis now) {
    const std::optional<StoredFix> last = reader.last_fix(device.number, now + kClockError);
    ObjectWriter object(out);
    object.integer("id", device.number);
    object.text("name", device.name);
    object.flag("may_change", viewer.may_change(device.number));
    object.flag("has_token", device.has_token);
    object.integer("created", device.created_ms);
    object.integer_or_null("seen", last_heard(device, last, now));
    object.integer_or_null("keep_days", device.keep_days);
    const auto rule = common.thinning.find(device.number);
    object.key("thinning");
    if (rule == common.thinning.end())
        out += "null";
    else
        append_thinning(out, rule->second);
    object.key("battery_pct");
    append_number(out, battery_of_device(reader, device, last));
    object.key("last");
    if (last)
        append_last(out, last->fix);
    else
        out += "null";
    if (viewer.may_change(device.number)) {
        object.key("identifiers");
        append_identifiers(out, device);
        object.key("seen_by");
        append_viewers(out, common.friendships, device.number, viewer);
    }
    object.end();
}

void append_case(std::string& out, const RefusalCase& each, bool in_full) {
    const RefusalWords words = words_for(each);
    ObjectWriter object(out);
    object.integer("time", each.last_ms);
    object.integer("count", static_cast<std::int64_t>(each.count));
    object.integer("status", each.status);
    object.text("reason", each.reason);
    object.integer("device", each.device);
    object.text("protocol", each.protocol);
    object.text("what", words.what);
    object.text("cure", words.cure);
    if (in_full) {
        object.text("address", each.address);
        object.text("called", each.called);
    }
    object.end();
}

}  // namespace

std::string read_device_details(Reader& reader, const Viewer& viewer, UnixMillis now) {
    const Common common{reader.friendships(), reader.thinning_rules()};
    std::string list = "[";
    for (const Device& device : reader.devices()) {
        if (!viewer.may_see(device.number)) continue;
        if (list.size() > 1) list += ',';
        append_details(list, reader, device, viewer, common, now);
    }
    return list + ']';
}

std::string refusals_to_json(const RefusalList& refused, const Viewer& viewer, UnixMillis now) {
    std::string list = "[";
    for (const RefusalCase& each : refused.cases()) {
        const bool is_known = each.device != 0 && viewer.may_see(each.device);
        if (each.last_ms < now - kLately || !(viewer.is_admin() || is_known)) continue;
        if (list.size() > 1) list += ',';
        append_case(list, each, viewer.is_admin());
    }
    return list + ']';
}

std::string setups_to_json(const std::vector<PhoneSetup>& setups) {
    std::string json = "{\"setups\":[";
    for (const PhoneSetup& setup : setups) {
        if (json.back() != '[') json += ',';
        ObjectWriter object(json);
        object.text("key", setup.key);
        object.text("name", setup.name);
        object.text("systems", setup.systems);
        object.text("where", setup.where);
        object.key("fields");
        json += '[';
        for (const SetupField& field : setup.fields) {
            if (json.back() != '[') json += ',';
            ObjectWriter line(json);
            line.text("label", field.label);
            line.text("value", field.value);
            line.end();
        }
        json += ']';
        object.text("link", setup.link);
        object.text("code", setup.code);
        object.text("image", setup.code.empty() ? std::string() : qr_code_image(setup.code));
        object.text("code_advice", setup.code_advice);
        object.text("note", setup.note);
        object.text("needs", setup.needs);
        object.end();
    }
    return json + "]}";
}

}  // namespace waymark::tracker
