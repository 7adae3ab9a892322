#include "formats/geojson_reader.hh"

#include <initializer_list>
#include <string>

#include "formats/json_records.hh"
#include "formats/text_fields.hh"
#include "protocols/json_reader.hh"

namespace waymark::tracker {

namespace {

JsonValue first_of(const JsonMembers& members, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (const JsonValue value = members[name]; !is_null(value)) return value;
    return {};
}

// A position: [longitude, latitude, altitude].
void read_position(const JsonValue& value, ReportedPoint& point) {
    JsonReader in(value.text);
    if (!in.enter_array()) return;
    for (int index = 0; in.next_element(); ++index) {
        const JsonValue number = in.value();
        if (index == 0) point.longitude_deg = json_degrees(number);
        if (index == 1) point.latitude_deg = json_degrees(number);
        if (index == 2) point.altitude_m = json_number(number);
    }
}

class GeoJsonTrackReader final : public TrackReader {
  public:
    explicit GeoJsonTrackReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override { records_.read(bytes); }
    void end() override { records_.end(); }

  private:
    void read_feature(std::string_view text, std::uint64_t line) {
        line_ = line;
        JsonReader in(text);
        JsonMembers feature;
        if (!feature.read(in) || !in.at_end()) return points_.refuse("bad_json", line_);
        std::string space;
        if (json_text(feature["type"], space) != "Feature") {
            // A collection of none, or a geometry alone: it says no time.
            if (feature["coordinates"].kind != JsonKind::nothing)
                points_.refuse("missing_time", line_);
            return;
        }
        JsonReader geometry_in(feature["geometry"].text);
        JsonMembers geometry;
        if (!geometry.read(geometry_in)) return points_.refuse("missing_lat", line_);
        JsonReader properties_in(feature["properties"].text);
        JsonMembers properties;
        properties.read(properties_in);
        const std::string_view type = json_text(geometry["type"], space);
        const JsonValue coordinates = geometry["coordinates"];
        if (type == "Point") return read_point(coordinates, properties);
        const JsonValue times = times_of(properties);
        places_ = 0;
        if (type == "LineString" || type == "MultiPoint") return read_line(coordinates, times);
        if (type == "MultiLineString") return read_lines(coordinates, times);
        points_.refuse("missing_time", line_);
    }

    void read_point(const JsonValue& coordinates, const JsonMembers& properties) {
        ReportedPoint point;
        std::string space;
        const std::string_view problem = read_time_into(
            json_text(first_of(properties, {"time", "timestamp", "datetime", "tst"}), space),
            point);
        if (!problem.empty()) return points_.refuse(problem, line_);
        read_position(coordinates, point);
        if (!point.altitude_m) point.altitude_m = json_number(properties["altitude"]);
        point.speed_mps = json_number(properties["speed"]);
        point.course_deg = json_number(first_of(properties, {"course", "bearing", "heading"}));
        point.accuracy_m = json_number(first_of(properties, {"accuracy", "horizontal_accuracy"}));
        point.battery_percent = json_number(properties["battery"]);
        if (const std::optional<double> level = json_number(properties["battery_level"]))
            point.battery_percent = *level * 100;
        points_.take(point, line_);
    }

    static JsonValue times_of(const JsonMembers& properties) {
        const JsonValue own = first_of(properties, {"coordTimes", "times"});
        if (own.kind == JsonKind::array) return own;
        JsonReader in(properties["coordinateProperties"].text);
        JsonMembers each;
        return each.read(in) ? each["times"] : JsonValue{};
    }

    // Two arrays beside each other.
    void read_line(const JsonValue& coordinates, const JsonValue& times) {
        JsonReader places(coordinates.text), instants(times.text);
        if (!places.enter_array()) return points_.refuse("missing_lat", line_);
        bool has_times = instants.enter_array();
        while (places.next_element()) {
            if (++places_ > kMostPlacesOfFeature) return points_.refuse("too_long", line_);
            ReportedPoint point;
            read_position(places.value(), point);
            has_times = has_times && instants.next_element();
            std::string space;
            const std::string_view problem = read_time_into(
                has_times ? json_text(instants.value(), space) : std::string_view(), point);
            if (problem.empty())
                points_.take(point, line_);
            else
                points_.refuse(problem, line_);
        }
    }

    void read_lines(const JsonValue& coordinates, const JsonValue& times) {
        JsonReader lines(coordinates.text), instants(times.text);
        if (!lines.enter_array()) return points_.refuse("missing_lat", line_);
        bool has_times = instants.enter_array();
        while (places_ <= kMostPlacesOfFeature && lines.next_element()) {
            const JsonValue line = lines.value();
            has_times = has_times && instants.next_element();
            read_line(line, has_times ? instants.value() : JsonValue{});
        }
    }

    ImportedPoints& points_;
    std::uint64_t line_ = 0;
    std::size_t places_ = 0;  // of the feature
    JsonRecords records_{
        {"features[]", "[]"},
        {.on_record = [this](std::string_view text, std::size_t,
                             std::uint64_t line) { read_feature(text, line); },
         .on_too_long = [this](std::uint64_t line) { points_.refuse("too_long", line); }},
        JsonRecords::Whole::take};
};

}  // namespace

std::unique_ptr<TrackReader> make_geojson_reader(ImportedPoints& points) {
    return std::make_unique<GeoJsonTrackReader>(points);
}

}  // namespace waymark::tracker
