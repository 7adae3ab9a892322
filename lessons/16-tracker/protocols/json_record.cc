#include "protocols/json_record.hh"

#include <algorithm>
#include <array>
#include <string>

#include "protocols/extras.hh"
#include "protocols/kept_json.hh"
#include "protocols/reported_point.hh"
#include "protocols/secrets.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

// Not among the extras: what has a column, what names the device, and pictures.
constexpr std::string_view kNoExtras[] = {
    "_type", "_id", "lat", "lon",   "tst", "acc",   "alt",  "vel",        "cog",  "bear",
    "batt",  "bs",  "t",   "topic", "tid", "image", "face", "created_at", "_http"};

bool record_decides(std::string_view name) {
    for (const std::string_view each :
         {"_type", "lat", "lon", "tst", "acc", "alt", "vel", "cog", "bear", "batt", "vac"})
        if (name == each) return true;
    return false;
}

std::optional<UnixMillis> record_time(const JsonRecord& record, const RecordDialect& dialect,
                                      UnixMillis now) {
    const JsonValue said = record.members["tst"];
    if (is_null(said)) return now;
    std::string space;
    std::optional<UnixMillis> time = parse_time(json_text(said, space));
    if (time && *time < kOldestTime) *time += dialect.other_epoch_ms;
    return time;
}

ReportedPoint record_point(const JsonRecord& record, const RecordDialect& dialect,
                           const KnownDevice& device, UnixMillis now) {
    const JsonMembers& said = record.members;
    ReportedPoint point;
    point.latitude_deg = json_degrees(said["lat"]);
    point.longitude_deg = json_degrees(said["lon"]);
    point.time_ms = record_time(record, dialect, now);
    point.altitude_m = json_number(said["alt"]);
    point.speed_mps = json_number(said["vel"]);
    if (point.speed_mps && *point.speed_mps >= 0)
        point.speed_mps =
            to_metres_per_second(*point.speed_mps, device.speed_unit, dialect.speed_unit);
    point.course_deg = json_number(said[dialect.course]);
    point.accuracy_m = json_number(said["acc"]);
    point.battery_percent = json_number(said["batt"]);
    return point;
}

class RecordAttributes {
  public:
    explicit RecordAttributes(std::string_view named_by) : named_by_(named_by) {}

    // Of a list each element.
    void add(std::string_view name, const JsonValue& value) {
        if (value.kind == JsonKind::array) {
            JsonReader in(value.text);
            in.enter_array();
            while (in.next_element()) add_one(name, in.value());
        } else {
            add_one(name, value);
        }
    }
    std::span<const Attribute> list() const { return {list_.data(), count_}; }

  private:
    void add_one(std::string_view name, const JsonValue& value) {
        if (count_ == list_.size()) return;
        const std::string_view text = json_text(value, texts_[count_]);
        if (!text.empty() && !gives_away(text, named_by_)) list_[count_++] = {name, text};
    }

    std::string_view named_by_;
    std::array<std::string, JsonMembers::kMost> texts_;
    std::array<Attribute, JsonMembers::kMost> list_;
    std::size_t count_ = 0;
};

void write_record_extras(const JsonRecord& record, std::string& extras) {
    ExtrasWriter writer(extras);
    std::string space;
    if (const std::string_view trigger = json_text(record.members["t"], space);
        !trigger.empty() && trigger.size() <= 8)
        writer.add_text("trigger", trigger);
    const std::string_view state = json_text(record.members["bs"], space);
    if (state == "1") writer.add_flag("charging", false);
    if (state == "2" || state == "3") writer.add_flag("charging", true);
    RecordAttributes attributes(record.named_by);
    for (const JsonMembers::Member& member : record.members)
        if (std::ranges::find(kNoExtras, member.name) == std::end(kNoExtras) &&
            !names_device(member.name))
            attributes.add(member.name, member.value);
    writer.add_attributes(attributes.list());
    writer.finish();
}

}  // namespace

void decode_record(const JsonRecord& record, const RecordDialect& dialect,
                   const KnownDevice& device, UnixMillis now, Decoded& decoded) {
    const ReportedPoint point = record_point(record, dialect, device, now);
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back({device.number, record.index, std::string(reason),
                                       dialect.source,
                                       kept_json(record.text, record.named_by, record_decides)});
        return;
    }
    Fix fix;
    fix.device = device.number;
    fix.source = dialect.source;
    fill_fix(point, fix);
    write_record_extras(record, fix.extras);
    decoded.fixes.push_back(std::move(fix));
}

void decode_record_again(std::string_view raw, const RecordDialect& dialect,
                         const KnownDevice& device, UnixMillis received, Decoded& decoded) {
    JsonReader in(raw);
    JsonMembers members;
    if (!members.read(in) || !in.at_end())
        return decoded.refuse(400, "bad_json", "What was kept is not a JSON object.");
    decode_record({raw, members, {}}, dialect, device, received, decoded);
}

}  // namespace waymark::tracker
