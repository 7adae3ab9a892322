#include "formats/owntracks_rec_reader.hh"

#include <string>

#include "formats/line_cutter.hh"
#include "formats/text_fields.hh"
#include "protocols/json_reader.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

// Without a message where the line has another form.
struct RecLine {
    std::string_view kind;
    std::string_view message;
};

RecLine split_rec_line(std::string_view line) {
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) return {};
    return {without_space(line.substr(first + 1, second - first - 1)), line.substr(second + 1)};
}

class RecTrackReader final : public TrackReader {
  public:
    explicit RecTrackReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override { lines_.read(bytes); }
    void end() override { lines_.end(); }

  private:
    void read_line(std::string_view line, std::uint64_t number) {
        if (without_space(line).empty()) return;
        const RecLine parts = split_rec_line(line);
        if (parts.kind != "*") {
            if (parts.message.empty()) points_.refuse("bad_json", number);
            return;
        }
        JsonReader in(parts.message);
        JsonMembers members;
        if (!members.read(in) || !in.at_end()) return points_.refuse("bad_json", number);
        std::string space;
        const std::string_view type = json_text(members["_type"], space);
        if (type == "location") read_location(members, number);
    }

    void read_location(const JsonMembers& members, std::uint64_t number) {
        ReportedPoint point;
        std::string space;
        const std::string_view problem = read_time_into(json_text(members["tst"], space), point);
        if (!problem.empty()) return points_.refuse(problem, number);
        point.latitude_deg = json_degrees(members["lat"]);
        point.longitude_deg = json_degrees(members["lon"]);
        point.altitude_m = json_number(members["alt"]);
        point.course_deg = json_number(members["cog"]);
        point.accuracy_m = json_number(members["acc"]);
        point.battery_percent = json_number(members["batt"]);
        if (const std::optional<double> speed = json_number(members["vel"]))
            point.speed_mps = to_metres_per_second(*speed, SpeedUnit::kmh, SpeedUnit::kmh);
        points_.take(point, number);
    }

    ImportedPoints& points_;
    LineCutter lines_{
        {.on_line = [this](std::string_view line,
                           std::uint64_t number) { read_line(line, number); },
         .on_too_long = [this](std::uint64_t number) { points_.refuse("too_long", number); }}};
};

}  // namespace

std::unique_ptr<TrackReader> make_owntracks_rec_reader(ImportedPoints& points) {
    return std::make_unique<RecTrackReader>(points);
}

bool is_owntracks_rec_line(std::string_view line) {
    const RecLine parts = split_rec_line(line);
    return parse_time(line.substr(0, line.find('\t'))) && !parts.kind.empty() &&
           without_space(parts.message).starts_with('{');
}

}  // namespace waymark::tracker
