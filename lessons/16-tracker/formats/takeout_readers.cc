#include "formats/takeout_readers.hh"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "formats/google_values.hh"
#include "formats/json_records.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

JsonValue either(const JsonMembers& members, std::string_view first, std::string_view second) {
    const JsonValue value = members[first];
    return is_null(value) ? members[second] : value;
}

// Reads one kind of record, an object of which `line` is the first.
using ReadRecord = void (*)(const JsonMembers& record, std::uint64_t line, ImportedPoints& points);

class RecordTrackReader final : public TrackReader {
  public:
    struct Kind {
        std::string path;
        ReadRecord read;
    };

    RecordTrackReader(ImportedPoints& points, std::vector<Kind> kinds)
        : points_(points), kinds_(std::move(kinds)) {}

    void read(std::string_view bytes) override { records_.read(bytes); }
    void end() override { records_.end(); }

  private:
    static std::vector<std::string> paths_of(const std::vector<Kind>& kinds) {
        std::vector<std::string> paths;
        for (const Kind& kind : kinds) paths.push_back(kind.path);
        return paths;
    }

    void read_record(std::string_view text, std::size_t path, std::uint64_t line) {
        JsonReader in(text);
        JsonMembers members;
        if (!members.read(in) || !in.at_end()) return points_.refuse("bad_json", line);
        kinds_[path].read(members, line, points_);
    }

    ImportedPoints& points_;
    std::vector<Kind> kinds_;
    JsonRecords records_{
        paths_of(kinds_),
        {.on_record = [this](std::string_view text, std::size_t path,
                             std::uint64_t line) { read_record(text, path, line); },
         .on_too_long = [this](std::uint64_t line) { points_.refuse("too_long", line); }}};
};

// Runs over an array.
void for_each(const JsonValue& array, const std::function<void(const JsonValue&)>& each) {
    JsonReader in(array.text);
    if (array.kind != JsonKind::array || !in.enter_array()) return;
    while (in.next_element()) each(in.value());
}

void read_location(const JsonMembers& record, std::uint64_t line, ImportedPoints& points) {
    ReportedPoint point;
    read_place_e7(record, "latitudeE7", "longitudeE7", point);
    point.altitude_m = json_number(record["altitude"]);
    point.speed_mps = json_number(record["velocity"]);
    point.course_deg = json_number(record["heading"]);
    point.accuracy_m = json_number(record["accuracy"]);
    take_at(either(record, "timestamp", "timestampMs"), point, line, points);
}

void take_place(const JsonValue& place, const JsonValue& time, std::uint64_t line,
                ImportedPoints& points) {
    const JsonMembers members = members_of(place);
    // Google leaves out where it does not know.
    if (is_null(members["latitudeE7"])) return;
    ReportedPoint point;
    read_place_e7(members, "latitudeE7", "longitudeE7", point);
    take_at(time, point, line, points);
}

void read_raw_path(const JsonMembers& part, std::uint64_t line, ImportedPoints& points) {
    for_each(members_of(part["simplifiedRawPath"])["points"], [&](const JsonValue& each) {
        const JsonMembers members = members_of(each);
        ReportedPoint point;
        read_place_e7(members, "latE7", "lngE7", point);
        point.accuracy_m = json_number(members["accuracyMeters"]);
        take_at(either(members, "timestamp", "timestampMs"), point, line, points);
    });
}

void read_timeline_object(const JsonMembers& record, std::uint64_t line, ImportedPoints& points) {
    const JsonValue said = either(record, "activitySegment", "placeVisit");
    const JsonMembers part = members_of(said);
    const JsonMembers duration = members_of(part["duration"]);
    const JsonValue begin = either(duration, "startTimestamp", "startTimestampMs");
    const JsonValue end = either(duration, "endTimestamp", "endTimestampMs");
    take_place(either(part, "startLocation", "location"), begin, line, points);
    read_raw_path(part, line, points);
    take_place(either(part, "endLocation", "location"), end, line, points);
}

// A place as Android has it, {"latLng":"..."}, and as an iPhone has it, a text.
JsonValue place_text(const JsonValue& value) {
    return value.kind == JsonKind::object ? members_of(value)["latLng"] : value;
}

void take_text_place(const JsonValue& place, const JsonValue& time, std::uint64_t line,
                     ImportedPoints& points) {
    if (is_null(place)) return;
    ReportedPoint point;
    read_place_text(place, point);
    take_at(time, point, line, points);
}

// Of iPhones: so many minutes after the segment's begin.
void take_after(const JsonMembers& path_point, const JsonValue& begin, std::uint64_t line,
                ImportedPoints& points) {
    ReportedPoint point;
    read_place_text(path_point["point"], point);
    std::string space;
    const std::optional<UnixMillis> time = parse_time(json_text(begin, space));
    const auto minutes = json_number(path_point["durationMinutesOffsetFromStartTime"]);
    if (!time || !minutes || *minutes < 0 || *minutes > 1e6) return points.refuse("bad_time", line);
    point.time_ms = *time + static_cast<UnixMillis>(*minutes * 60'000);
    points.take(point, line);
}

void read_segment(const JsonMembers& record, std::uint64_t line, ImportedPoints& points) {
    const JsonValue begin = record["startTime"], end = record["endTime"];
    for_each(record["timelinePath"], [&](const JsonValue& each) {
        const JsonMembers members = members_of(each);
        if (is_null(members["time"])) return take_after(members, begin, line, points);
        take_text_place(members["point"], members["time"], line, points);
    });
    const JsonMembers activity = members_of(record["activity"]);
    take_text_place(place_text(activity["start"]), begin, line, points);
    take_text_place(place_text(activity["end"]), end, line, points);
    const JsonMembers visit = members_of(members_of(record["visit"])["topCandidate"]);
    take_text_place(place_text(visit["placeLocation"]), begin, line, points);
    take_text_place(place_text(visit["placeLocation"]), end, line, points);
}

void read_raw_signal(const JsonMembers& record, std::uint64_t line, ImportedPoints& points) {
    const JsonValue said = record["position"];
    if (is_null(said)) return;  // which networks were in the air, and how it moved
    const JsonMembers position = members_of(said);
    ReportedPoint point;
    read_place_text(either(position, "LatLng", "latLng"), point);
    point.altitude_m = json_number(position["altitudeMeters"]);
    point.speed_mps = json_number(position["speedMetersPerSecond"]);
    point.accuracy_m = json_number(position["accuracyMeters"]);
    take_at(position["timestamp"], point, line, points);
}

}  // namespace

std::unique_ptr<TrackReader> make_takeout_records_reader(ImportedPoints& points) {
    return std::make_unique<RecordTrackReader>(
        points, std::vector<RecordTrackReader::Kind>{{"locations[]", read_location}});
}

std::unique_ptr<TrackReader> make_takeout_history_reader(ImportedPoints& points) {
    return std::make_unique<RecordTrackReader>(
        points, std::vector<RecordTrackReader::Kind>{{"timelineObjects[]", read_timeline_object}});
}

std::unique_ptr<TrackReader> make_phone_timeline_reader(ImportedPoints& points) {
    return std::make_unique<RecordTrackReader>(
        points, std::vector<RecordTrackReader::Kind>{{"semanticSegments[]", read_segment},
                                                     {"rawSignals[]", read_raw_signal},
                                                     {"[]", read_segment}});
}

}  // namespace waymark::tracker
