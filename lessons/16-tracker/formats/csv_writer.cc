// CSV (RFC 4180), a line for each fix. Numbers have a point, and what is not known is empty.

#include "formats/track_writer.hh"
#include "formats/written_track.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

class CsvTrackWriter final : public TrackWriter {
  public:
    // The name of the device stands nowhere: a cell that begins with '=' would be a formula.
    void begin(std::string& out, std::string_view) override {
        out +=
            "time,latitude,longitude,altitude_m,speed_mps,course_deg,accuracy_m,battery_"
            "percent\r\n";
    }

    void add(std::string& out, const Fix& fix) override {
        out += format_time(fix.time_ms);
        out += ',';
        append_degrees(out, fix.latitude_e7);
        out += ',';
        append_degrees(out, fix.longitude_e7);
        for (const std::optional<float>& value :
             {fix.altitude_m, fix.speed_mps, fix.course_deg, fix.accuracy_m, fix.battery_percent}) {
            out += ',';
            append_if(out, "", value, "");
        }
        out += "\r\n";
    }

    void end(std::string&) override {}
};

}  // namespace

std::unique_ptr<TrackWriter> make_csv_writer() {
    return std::make_unique<CsvTrackWriter>();
}

}  // namespace waymark::tracker
