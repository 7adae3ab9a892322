// GPX 1.1 has no place for speed and course but in extensions, and none for accuracy and battery.

#include <algorithm>
#include <utility>

#include "formats/track_writer.hh"
#include "formats/written_track.hh"
#include "net/http/html_text.hh"
#include "protocols/extras.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

constexpr std::string_view kGpxHead =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Waymark" xmlns="http://www.topografix.com/GPX/1/1")"
    R"( xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2")"
    R"( xmlns:waymark="urn:waymark:gpx:1">
<trk><name>)";

class GpxTrackWriter final : public TrackWriter {
  public:
    void begin(std::string& out, std::string_view name) override {
        out += kGpxHead;
        append_xml_text(out, name);
        out += "</name>\n";
    }

    void add(std::string& out, const Fix& fix) override {
        if (track_.begins_segment(fix)) {
            out += std::exchange(is_open_, true) ? "</trkseg>\n<trkseg>\n" : "<trkseg>\n";
        }
        out += "<trkpt lat=\"";
        append_degrees(out, fix.latitude_e7);
        out += "\" lon=\"";
        append_degrees(out, fix.longitude_e7);
        out += "\">";
        append_if(out, "<ele>", fix.altitude_m, "</ele>");
        out += "<time>";
        out += format_time(fix.time_ms);
        out += "</time>";
        add_extensions(out, fix);
        out += "</trkpt>\n";
    }

    void end(std::string& out) override {
        out += is_open_ ? "</trkseg>\n</trk></gpx>\n" : "</trk></gpx>\n";
    }

  private:
    static void add_extensions(std::string& out, const Fix& fix) {
        const bool has_motion = fix.speed_mps || fix.course_deg;
        if (!has_motion && !fix.accuracy_m && !fix.battery_percent) return;
        out += "<extensions>";
        if (has_motion) {
            out += "<gpxtpx:TrackPointExtension>";
            append_if(out, "<gpxtpx:speed>", fix.speed_mps, "</gpxtpx:speed>");
            append_if(out, "<gpxtpx:course>", fix.course_deg, "</gpxtpx:course>");
            out += "</gpxtpx:TrackPointExtension>";
        }
        append_if(out, "<waymark:accuracy>", fix.accuracy_m, "</waymark:accuracy>");
        append_if(out, "<waymark:battery>", fix.battery_percent, "</waymark:battery>");
        out += "</extensions>";
    }

    WrittenTrack track_;
    bool is_open_ = false;
};

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
    std::string printable(text);
    constexpr char kNoUtf8 = '\xFF';
    std::ranges::replace_if(
        printable, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, kNoUtf8);
    std::string clean;
    append_as_utf8(clean, printable);
    // U+FFFE and U+FFFF are UTF-8, and no characters of XML (XML 1.0, 2.2).
    for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (std::size_t at = 0; (at = clean.find(none, at)) != std::string::npos;)
            clean.replace(at, none.size(), "\xEF\xBF\xBD");
    net::http::append_escaped(out, clean);
}

std::unique_ptr<TrackWriter> make_gpx_writer() {
    return std::make_unique<GpxTrackWriter>();
}

}  // namespace waymark::tracker
