// Writes positions as a file, fix by fix in the order of time, into a text that the caller empties
// whenever it likes: so a file of any size takes the same memory. Written is what the store has, to
// the last digit: read again, the file gives the same positions.
//   - GPX 1.1, a track; speed and course as Garmin's TrackPointExtension 2 has them, accuracy and
//     battery in a name space of our own.
//   - GeoJSON (RFC 7946), a Point with properties for each fix.
//   - KML 2.2 with gx:Track, of at most kTrackOfKml places each.
//   - CSV, with the columns that formats/csv_reader.hh knows.
// In GPX and KML a new segment begins where no line is drawn (trips/gap.hh). A phone's other words
// (Fix::extras) are in none of them.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "fix.hh"

namespace waymark::tracker {

class TrackWriter {
  public:
    virtual ~TrackWriter() = default;
    // `name` is the device's.
    virtual void begin(std::string& out, std::string_view name) = 0;
    virtual void add(std::string& out, const Fix& fix) = 0;
    virtual void end(std::string& out) = 0;
};

inline constexpr std::size_t kTrackOfKml = 1000;

std::unique_ptr<TrackWriter> make_gpx_writer();
std::unique_ptr<TrackWriter> make_geojson_writer();
std::unique_ptr<TrackWriter> make_kml_writer();
std::unique_ptr<TrackWriter> make_csv_writer();

// Appends `text` so that it can stand in XML, between tags and in an attribute. What XML 1.0 has no
// place for, control characters, U+FFFE, U+FFFF and bytes that are not UTF-8, becomes U+FFFD.
void append_xml_text(std::string& out, std::string_view text);

}  // namespace waymark::tracker
