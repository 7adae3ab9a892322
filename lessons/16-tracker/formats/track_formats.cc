#include "formats/track_formats.hh"

#include "daemon/error.hh"
#include "formats/csv_reader.hh"
#include "formats/geojson_reader.hh"
#include "formats/gpx_reader.hh"
#include "formats/kml_reader.hh"
#include "formats/nmea_log_reader.hh"
#include "formats/owntracks_rec_reader.hh"
#include "formats/takeout_readers.hh"
#include "formats/text_fields.hh"
#include "trips/nmea_sentence.hh"

namespace waymark::tracker {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr TrackFormat kTrackFormats[] = {
    {"gpx", "GPX", make_gpx_reader, make_gpx_writer, "application/gpx+xml"},
    {"geojson", "GeoJSON", make_geojson_reader, make_geojson_writer, "application/geo+json"},
    {"kml", "KML", make_kml_reader, make_kml_writer, "application/vnd.google-earth.kml+xml"},
    {"csv", "CSV", make_csv_reader, make_csv_writer, "text/csv"},
    {"owntracks", "OwnTracks .rec", make_owntracks_rec_reader, nullptr, ""},
    {"nmea", "NMEA 0183", make_nmea_log_reader, nullptr, ""},
    {"records", "Google Takeout, Records.json", make_takeout_records_reader, nullptr, ""},
    {"semantic", "Google Takeout, Semantic Location History", make_takeout_history_reader, nullptr,
     ""},
    {"timeline", "Google Timeline.json of a phone", make_phone_timeline_reader, nullptr, ""},
};

const TrackFormat* format_called(std::string_view name) {
    return find_track_format(name);
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// UTF-16 is only read of XML: its bytes without the zeros show what it is.
std::string without_zeros(std::string_view text) {
    std::string plain;
    for (const char c : text)
        if (c != '\0') plain += c;
    return plain;
}

const TrackFormat* recognise_xml(std::string_view text) {
    const std::size_t gpx = text.find("gpx"), kml = text.find("kml");
    const bool is_gpx = has(text, "<gpx") || (has(text, ":gpx") && gpx < kml);
    if (is_gpx) return format_called("gpx");
    return has(text, "<kml") || has(text, ":kml") ? format_called("kml") : nullptr;
}

const TrackFormat* recognise_json(std::string_view text) {
    if (has(text, "\"timelineObjects\"")) return format_called("semantic");
    if (has(text, "\"semanticSegments\"") || has(text, "\"rawSignals\"") ||
        has(text, "\"timelinePath\"") || (text.front() == '[' && has(text, "\"startTime\"")))
        return format_called("timeline");
    if (has(text, "\"locations\"") && has(text, "\"latitudeE7\"")) return format_called("records");
    const bool is_geojson = has(text, "\"FeatureCollection\"") || has(text, "\"Feature\"") ||
                            has(text, "\"features\"") || has(text, "\"coordinates\"");
    return is_geojson ? format_called("geojson") : nullptr;
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

std::string_view why_unknown(std::string_view beginning) {
    if (without_space(beginning).empty()) return "the file is empty";
    if (beginning.starts_with("PK\x03\x04"))
        return "this is a ZIP archive (a KMZ is one, too): unpack it, and import what is in it";
    if (beginning.starts_with("\x1F\x8B")) return "this is packed by gzip: unpack it first";
    if (beginning.starts_with("\xFF\xFE") || beginning.starts_with("\xFE\xFF"))
        return "this is UTF-16: save it as UTF-8";
    return "this is none of the formats that are known by their beginning: name it, if it is one";
}

}  // namespace

std::span<const TrackFormat> track_formats() {
    return kTrackFormats;
}

const TrackFormat* find_track_format(std::string_view name) {
    for (const TrackFormat& format : kTrackFormats)
        if (format.name == name) return &format;
    return nullptr;
}

std::string list_of_track_formats(bool written_only) {
    std::string list;
    for (const TrackFormat& format : kTrackFormats) {
        if (written_only && format.make_writer == nullptr) continue;
        list += (list.empty() ? "" : ", ") + std::string(format.name);
    }
    return list;
}

const TrackFormat* recognise_format(std::string_view beginning) {
    const std::string plain = without_zeros(beginning);
    std::string_view text = plain;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) text.remove_prefix(2);
    while (!text.empty() && (text.front() == '\x1E' || without_space(text.substr(0, 1)).empty()))
        text.remove_prefix(1);
    if (text.empty()) return nullptr;
    if (text.front() == '<') return recognise_xml(text);
    if (plain.size() != beginning.size()) return nullptr;
    if (text.front() == '{' || text.front() == '[') return recognise_json(text);
    if (is_owntracks_rec_line(first_line(text))) return format_called("owntracks");
    if (is_csv_header(first_line(text))) return format_called("csv");
    return has_place_sentence(text) ? format_called("nmea") : nullptr;
}

void RecognisingReader::read(std::string_view bytes) {
    if (reader_) return reader_->read(bytes);
    beginning_ += bytes;
    if (beginning_.size() >= kBeginning) begin();
}

void RecognisingReader::begin() {
    format_ = recognise_format(std::string_view(beginning_).substr(0, kBeginning));
    if (format_ == nullptr) throw daemon::UsageError(std::string(why_unknown(beginning_)));
    reader_ = format_->make_reader(points_);
    const std::string beginning = std::move(beginning_);
    beginning_ = {};
    reader_->read(beginning);
}

void RecognisingReader::end() {
    if (!reader_) begin();
    reader_->end();
}

}  // namespace waymark::tracker
