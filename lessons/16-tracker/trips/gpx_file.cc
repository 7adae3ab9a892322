// GPX 1.0 and 1.1 (topografix.com/gpx.asp): trk > trkseg > trkpt, each with lat and lon, and ele
// and time when known. The two versions differ in name space and in where speed and course stand;
// names are compared without prefix, so that both, and files that get the name space wrong, are
// read.

#include <fmt/core.h>

#include <pugixml.hpp>

#include <algorithm>

#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;

// How deep speed and course are looked for: vendors use two levels. A file may have any number, and
// each would take of our stack.
constexpr int kExtensionLevels = 8;

std::string_view name_without_prefix(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class GpxReader {
  public:
    GpxReader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

    Trip read() {
        pugi::xml_document document;
        // The bytes outlive the document; load_buffer still copies them, because parsing writes.
        const pugi::xml_parse_result result = document.load_buffer(bytes_.data(), bytes_.size());
        if (!result) refuse_xml(result);
        // One after the other, where somebody has joined files.
        for (const pugi::xml_node& root : document.children()) {
            if (root.type() != pugi::node_element) continue;
            if (name_without_prefix(root) != "gpx")
                refuse(root.offset_debug(), fmt::format("not GPX: here is <{}>", root.name()));
            for (const pugi::xml_node& track : root.children())
                if (name_without_prefix(track) == "trk") read_track(track);
        }
        if (trip_.points.empty()) trip_.remarks.push_back(what_else(document));
        return std::move(trip_);
    }

  private:
    [[noreturn]] void refuse(std::ptrdiff_t offset, std::string_view what) const {
        // offset_debug says -1 where it does not know.
        const auto position = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, offset));
        throw UsageError(fmt::format("{}:{}: {}", name_, line_at(bytes_, position), what));
    }

    // pugixml tells a file that ends within a tag by the place where that tag begins or by its last
    // byte; either way the end is what the person has to look at.
    [[noreturn]] void refuse_xml(const pugi::xml_parse_result& result) const {
        refuse(result.offset, fmt::format("broken XML at byte {} of {}: {}", result.offset,
                                          bytes_.size(), result.description()));
    }

    // Instead of track points. What was planned or marked is not taken for where somebody was.
    static std::string what_else(const pugi::xml_document& document) {
        std::size_t tracks = 0, routes = 0, way_points = 0;
        for (const pugi::xml_node& root : document.children())
            for (const pugi::xml_node& child : root.children()) {
                const std::string_view name = name_without_prefix(child);
                tracks += name == "trk" ? 1 : 0;
                routes += name == "rte" ? 1 : 0;
                way_points += name == "wpt" ? 1 : 0;
            }
        return fmt::format(
            "the file has tracks: {}, routes: {}, way points: {}; only the points of a track say "
            "where somebody was",
            tracks, routes, way_points);
    }

    void read_track(const pugi::xml_node& track) {
        for (const pugi::xml_node& segment : track.children()) {
            if (name_without_prefix(segment) != "trkseg") continue;
            bool first = true;
            for (const pugi::xml_node& point : segment.children()) {
                if (name_without_prefix(point) != "trkpt") continue;
                read_point(point);
                trip_.points.back().starts_segment = first;
                first = false;
            }
        }
    }

    void read_point(const pugi::xml_node& node) {
        TripPoint point;
        point.place = {coordinate(node, "lat"), coordinate(node, "lon")};
        for (const pugi::xml_node& child : node.children())
            read_detail(child, point, kExtensionLevels);
        trip_.points.push_back(point);
    }

    double coordinate(const pugi::xml_node& node, const char* attribute) const {
        const std::optional<double> value = number_in(node.attribute(attribute).value());
        if (!value)
            refuse(node.offset_debug(),
                   fmt::format("a track point whose {} is not a number: \"{}\"", attribute,
                               node.attribute(attribute).value()));
        return *value;
    }

    // What is odd in a detail leaves the detail out. Only a time that cannot be read is an error:
    // without it the point would be dropped in silence.
    void read_detail(const pugi::xml_node& node, TripPoint& point, int levels_below) const {
        const std::string_view name = name_without_prefix(node);
        const char* const text = node.text().get();
        if (name == "ele") point.altitude_m = number_in(text);
        if (name == "speed") point.speed_mps = number_in(text);
        if (name == "course") point.course_deg = number_in(text);
        if (name == "time" && *text != '\0') {
            point.time_ms = parse_time(trimmed(text));
            if (!point.time_ms)
                refuse(node.offset_debug(), fmt::format("not a time: \"{}\"", text));
        }
        // GPX 1.1 keeps speed and course one or two levels down, in a vendor's extension.
        if (levels_below > 0 && (name == "extensions" || name == "TrackPointExtension"))
            for (const pugi::xml_node& child : node.children())
                read_detail(child, point, levels_below - 1);
    }

    std::string_view bytes_;
    std::string_view name_;
    Trip trip_;
};

}  // namespace

Trip parse_gpx(std::string_view bytes, std::string_view name) {
    return GpxReader(bytes, name).read();
}

}  // namespace waymark::tracker
