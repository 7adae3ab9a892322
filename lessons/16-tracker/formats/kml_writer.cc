// Times of a gx:Track stand before its places, and the arrays behind them: so places are held until
// a track is full, and a long way is several tracks, which Google Earth joins (gx:interpolate).

#include <utility>
#include <vector>

#include "formats/track_writer.hh"
#include "formats/written_track.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

constexpr std::string_view kKmlHead =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>)";
constexpr std::string_view kKmlSchema = R"(</name>
<Schema id="fix"><gx:SimpleArrayField name="speed" type="float"><displayName>m/s</displayName>)"
                                        R"(</gx:SimpleArrayField>
<gx:SimpleArrayField name="accuracy" type="float"><displayName>m</displayName>)"
                                        R"(</gx:SimpleArrayField>
<gx:SimpleArrayField name="battery" type="float"><displayName>%</displayName>)"
                                        R"(</gx:SimpleArrayField></Schema>
)";

class KmlTrackWriter final : public TrackWriter {
  public:
    void begin(std::string& out, std::string_view name) override {
        append_xml_text(name_, name);
        out += kKmlHead;
        out += name_;
        out += kKmlSchema;
    }

    void add(std::string& out, const Fix& fix) override {
        const bool begins = track_.begins_segment(fix);
        if (begins || held_.size() == kTrackOfKml) write_track(out);
        if (begins) {
            close_placemark(out);
            out += "<Placemark><name>" + name_ +
                   "</name><gx:MultiTrack><altitudeMode>absolute</altitudeMode>"
                   "<gx:interpolate>1</gx:interpolate>\n";
            is_open_ = true;
        }
        held_.push_back(fix);
        held_.back().extras.clear();
    }

    void end(std::string& out) override {
        write_track(out);
        close_placemark(out);
        out += "</Document></kml>\n";
    }

  private:
    void close_placemark(std::string& out) {
        if (std::exchange(is_open_, false)) out += "</gx:MultiTrack></Placemark>\n";
    }

    void write_track(std::string& out) {
        if (held_.empty()) return;
        out += "<gx:Track>\n";
        for (const Fix& fix : held_) out += "<when>" + format_time(fix.time_ms) + "</when>\n";
        for (const Fix& fix : held_) write_place(out, fix);
        bool has_course = false;
        for (const Fix& fix : held_) has_course |= fix.course_deg.has_value();
        for (const Fix& fix : held_) {
            if (!has_course) break;
            out += "<gx:angles>";
            append_if(out, "", fix.course_deg, " 0 0");
            out += "</gx:angles>\n";
        }
        out += "<ExtendedData><SchemaData schemaUrl=\"#fix\">\n";
        write_array(out, "speed", &Fix::speed_mps);
        write_array(out, "accuracy", &Fix::accuracy_m);
        write_array(out, "battery", &Fix::battery_percent);
        out += "</SchemaData></ExtendedData></gx:Track>\n";
        held_.clear();
    }

    static void write_place(std::string& out, const Fix& fix) {
        out += "<gx:coord>";
        append_degrees(out, fix.longitude_e7);
        out += ' ';
        append_degrees(out, fix.latitude_e7);
        append_if(out, " ", fix.altitude_m, "");
        out += "</gx:coord>\n";
    }

    // Empty where it is not known: the row must be as long as the others.
    void write_array(std::string& out, std::string_view name,
                     std::optional<float> Fix::*value) const {
        bool has_any = false;
        for (const Fix& fix : held_) has_any |= (fix.*value).has_value();
        if (!has_any) return;
        out += "<gx:SimpleArrayData name=\"";
        out += name;
        out += "\">\n";
        for (const Fix& fix : held_) {
            out += "<gx:value>";
            append_if(out, "", fix.*value, "");
            out += "</gx:value>\n";
        }
        out += "</gx:SimpleArrayData>\n";
    }

    WrittenTrack track_;
    std::string name_;  // as it stands in XML
    std::vector<Fix> held_;
    bool is_open_ = false;
};

}  // namespace

std::unique_ptr<TrackWriter> make_kml_writer() {
    return std::make_unique<KmlTrackWriter>();
}

}  // namespace waymark::tracker
