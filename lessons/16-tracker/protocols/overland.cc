#include "protocols/overland.hh"

#include <array>
#include <string>
#include <utility>

#include "protocols/credentials.hh"
#include "protocols/extras.hh"
#include "protocols/json_reader.hh"
#include "protocols/kept_json.hh"
#include "protocols/reported_point.hh"
#include "protocols/secrets.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kOverlandPath = "/overland";
constexpr std::string_view kDawarichPath = "/api/v1/overland/batches";
constexpr std::string_view kOverlandAnswer = R"({"result":"ok"})";
constexpr std::size_t kMostMotions = 8;  // the app knows five

// What one batch has in common.
struct OverlandBatch {
    const KnownDevice& device;
    std::string_view named_by;
    UnixMillis now = 0;
    std::uint32_t index = 0;  // of the record
    std::string space = {};   // for texts with escapes
};

// One record, as far as it was found.
struct Feature {
    std::string_view text;  // all of it
    JsonValue type;
    bool has_place = false;
    JsonValue longitude, latitude;
    JsonMembers properties;
};

void read_coordinates(JsonReader& in, Feature& feature) {
    if (!in.enter_array()) {
        in.value();
        return;
    }
    feature.has_place = true;
    for (int i = 0; in.next_element(); ++i) {
        const JsonValue value = in.value();
        if (i == 0) feature.longitude = value;
        if (i == 1) feature.latitude = value;
    }
}

void read_geometry(JsonReader& in, Feature& feature) {
    if (!in.enter_object()) {
        in.value();
        return;
    }
    std::string_view name;
    while (in.next_member(name))
        if (name == "coordinates")
            read_coordinates(in, feature);
        else
            in.value();
}

// Takes one element of the list, whatever it is. `message` is what `in` reads.
void read_feature(JsonReader& in, std::string_view message, Feature& feature) {
    const std::size_t begin = in.position();
    if (!in.enter_object()) {
        feature.text = in.value().text;
        return;
    }
    std::string_view name;
    while (in.next_member(name)) {
        if (name == "geometry") {
            read_geometry(in, feature);
        } else if (name == "properties") {
            if (!feature.properties.read(in) && !in.failed()) in.value();
        } else if (name == "type") {
            feature.type = in.value();
        } else {
            in.value();
        }
    }
    feature.text = message.substr(begin, in.position() - begin);
}

// Overland says 0.87 for 87 %, other senders 87.
std::optional<double> battery_of(const JsonValue& level) {
    const std::optional<double> value = json_number(level);
    if (!value || *value > 1) return value;
    return *value * 100;
}

ReportedPoint point_of(const Feature& feature, OverlandBatch& batch) {
    const JsonMembers& said = feature.properties;
    ReportedPoint point;
    point.longitude_deg = json_degrees(feature.longitude);
    point.latitude_deg = json_degrees(feature.latitude);
    const JsonValue time = said["timestamp"];
    point.time_ms = is_null(time) ? batch.now : parse_time(json_text(time, batch.space));
    // Where the app knows nothing of the altitude it says so by its accuracy.
    if (json_number(said["vertical_accuracy"]).value_or(0) >= 0)
        point.altitude_m = json_number(said["altitude"]);
    point.speed_mps = json_number(said["speed"]);
    if (point.speed_mps && *point.speed_mps >= 0)
        point.speed_mps =
            to_metres_per_second(*point.speed_mps, batch.device.speed_unit, SpeedUnit::mps);
    point.course_deg = json_number(said["course"]);
    point.accuracy_m = json_number(said["horizontal_accuracy"]);
    point.battery_percent = battery_of(said["battery_level"]);
    return point;
}

std::optional<bool> charging_of(std::string_view state) {
    if (state == "charging" || state == "full") return true;
    if (state == "unplugged") return false;
    return std::nullopt;
}

// The kinds of motion, and the two texts that say something of the place.
void write_extras(const Feature& feature, OverlandBatch& batch, std::string& extras) {
    const JsonMembers& said = feature.properties;
    ExtrasWriter writer(extras);
    if (const auto charging = charging_of(json_text(said["battery_state"], batch.space)))
        writer.add_flag("charging", *charging);
    std::array<std::string, kMostMotions + 2> texts;
    std::array<Attribute, kMostMotions + 2> attributes;
    std::size_t count = 0;
    const auto add = [&](std::string_view name, const JsonValue& value) {
        const std::string_view text = json_text(value, texts[count]);
        if (!text.empty() && !gives_away(text, batch.named_by)) attributes[count++] = {name, text};
    };
    add("wifi", said["wifi"]);
    add("activity", said["activity"]);
    JsonReader motions(said["motion"].text);
    if (motions.enter_array())
        while (count < attributes.size() && motions.next_element()) add("motion", motions.value());
    writer.add_attributes({attributes.data(), count});
    writer.finish();
}

// Visits, pauses and trips are in the same queue as positions.
bool is_no_position(const Feature& feature, std::string& space) {
    return !is_null(feature.properties["action"]) ||
           json_text(feature.properties["type"], space) == "trip" ||
           json_text(feature.type, space) == "trip";
}

bool overland_decides(std::string_view name) {
    for (const std::string_view each :
         {"type", "geometry", "coordinates", "properties", "timestamp", "altitude", "speed",
          "course", "horizontal_accuracy", "vertical_accuracy", "battery_level"})
        if (name == each) return true;
    return false;
}

// The same point twice in a row is stored once anyway, and need not travel twice.
bool repeats_last(const Fix& fix, const std::vector<Fix>& fixes) {
    return !fixes.empty() && fixes.back().time_ms == fix.time_ms &&
           fixes.back().latitude_e7 == fix.latitude_e7 &&
           fixes.back().longitude_e7 == fix.longitude_e7;
}

void decode_feature(const Feature& feature, OverlandBatch& batch, Decoded& decoded) {
    if (is_no_position(feature, batch.space)) return;
    const ReportedPoint point = point_of(feature, batch);
    const std::string_view reason = reason_against(point, batch.now);
    if (!reason.empty()) {
        decoded.quarantined.push_back({batch.device.number, batch.index, std::string(reason),
                                       Source::overland,
                                       kept_json(feature.text, batch.named_by, overland_decides)});
        return;
    }
    Fix fix;
    fix.device = batch.device.number;
    fix.source = Source::overland;
    fix.valid = json_number(feature.properties["horizontal_accuracy"]).value_or(0) >= 0;
    fill_fix(point, fix);
    if (repeats_last(fix, decoded.fixes)) return;
    write_extras(feature, batch, fix.extras);
    decoded.fixes.push_back(std::move(fix));
}

// False if it is no JSON object.
bool decode_batch(std::string_view body, OverlandBatch& batch, Decoded& decoded) {
    JsonReader in(body);
    if (!in.enter_object()) return false;
    std::string_view name;
    while (in.next_member(name)) {
        if (name != "locations" || !in.enter_array()) {
            in.value();
            continue;
        }
        for (batch.index = 0; in.next_element(); ++batch.index) {
            Feature feature;
            read_feature(in, body, feature);
            if (!in.failed()) decode_feature(feature, batch, decoded);
        }
    }
    return in.at_end();
}

// The app shows the text of "error" to its owner.
void refuse_as_json(Decoded& decoded) {
    std::string explanation = decoded.body;
    while (explanation.ends_with('\n')) explanation.pop_back();
    decoded.body = R"({"error":)";
    append_json_string(decoded.body, explanation);
    decoded.body += '}';
    decoded.content_type = "application/json";
}

}  // namespace

bool overland_claims(const net::http::Request& request) {
    return is_below(request.path, kOverlandPath) || is_below(request.path, kDawarichPath);
}

void overland_decode(const net::http::Request& request, const DeviceDirectory& devices,
                     UnixMillis now, Decoded& decoded) {
    const std::string_view prefix =
        is_below(request.path, kOverlandPath) ? kOverlandPath : kDawarichPath;
    const Credentials credentials = read_credentials(request, rest_below(request.path, prefix));
    const std::optional<KnownDevice> device = find_sender(credentials, devices, decoded);
    if (!device) return refuse_as_json(decoded);
    OverlandBatch batch{*device, credentials.secret, now};
    if (!decode_batch(request.body, batch, decoded)) {
        decoded.refuse(400, "bad_json", "The body is not a JSON object, or it was cut off.");
        return refuse_as_json(decoded);
    }
    decoded.content_type = "application/json";
    decoded.body = kOverlandAnswer;
}

void overland_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                           Decoded& decoded) {
    OverlandBatch batch{device, {}, received};
    JsonReader in(raw);
    Feature feature;
    read_feature(in, raw, feature);
    if (!in.at_end()) return decoded.refuse(400, "bad_json", "What was kept is not a JSON object.");
    decode_feature(feature, batch, decoded);
}

}  // namespace waymark::tracker
