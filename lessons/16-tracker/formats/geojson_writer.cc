// GeoJSON, a feature on a line of its own: tools for lines can take such a file apart.

#include <utility>

#include "formats/track_writer.hh"
#include "formats/written_track.hh"
#include "protocols/extras.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

class GeoJsonTrackWriter final : public TrackWriter {
  public:
    // Other members of a collection may be there (RFC 7946, 6.1).
    void begin(std::string& out, std::string_view name) override {
        out += R"({"type":"FeatureCollection","name":)";
        append_json_string(out, name);
        out += R"(,"features":[)";
    }

    void add(std::string& out, const Fix& fix) override {
        out += std::exchange(is_first_, false) ? "\n" : ",\n";
        out += R"({"type":"Feature","geometry":{"type":"Point","coordinates":[)";
        append_degrees(out, fix.longitude_e7);
        out += ',';
        append_degrees(out, fix.latitude_e7);
        append_if(out, ",", fix.altitude_m, "");
        out += R"(]},"properties":{"time":")";
        out += format_time(fix.time_ms);
        out += '"';
        append_if(out, R"(,"speed":)", fix.speed_mps, "");
        append_if(out, R"(,"course":)", fix.course_deg, "");
        append_if(out, R"(,"accuracy":)", fix.accuracy_m, "");
        append_if(out, R"(,"battery":)", fix.battery_percent, "");
        out += "}}";
    }

    void end(std::string& out) override { out += "\n]}\n"; }

  private:
    bool is_first_ = true;
};

}  // namespace

std::unique_ptr<TrackWriter> make_geojson_writer() {
    return std::make_unique<GeoJsonTrackWriter>();
}

}  // namespace waymark::tracker
