#include "web_app/trip_readings.hh"

#include <fmt/core.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/extras.hh"
#include "trips/segment_corrections.hh"

namespace waymark::tracker {

namespace {

PointSource source_of(Reader& reader, DeviceNumber device) {
    PointSource source;
    source.read = [&reader, device](UnixMillis from, UnixMillis to, const PointSource::Each& each) {
        reader.seen_points(device, from, to, each);
    };
    source.time_before = [&reader, device](UnixMillis before, std::size_t place) {
        return reader.time_before(device, before, place);
    };
    return source;
}

std::string_view name_of(Segment::Kind kind) {
    return kind == Segment::Kind::stay ? "stay" : kind == Segment::Kind::trip ? "trip" : "silence";
}

std::string numbers_of(const std::vector<std::int64_t>& numbers) {
    std::string list;
    for (const std::int64_t number : numbers)
        list += fmt::format("{}{}", list.empty() ? "" : ",", number);
    return list;
}

// {"lat":48.14,"lon":11.57,"place":3,"name":"Home"}
void append_spot(std::string& out, std::string_view key, Place at, const NamedPlace* place) {
    fmt::format_to(std::back_inserter(out), R"(,"{}":{{"lat":{:.7f},"lon":{:.7f})", key,
                   at.latitude_deg, at.longitude_deg);
    if (place) {
        fmt::format_to(std::back_inserter(out), R"(,"place":{},"name":)", place->number);
        append_json_string(out, place->name);
    }
    out += '}';
}

void append_segment(std::string& out, const CorrectedSegment& segment, const NamedPlace* from,
                    const NamedPlace* to) {
    fmt::format_to(std::back_inserter(out),
                   R"({{"kind":"{}","begin":{},"end":{},"is_last":{},"is_cut":{},"points":{},)"
                   R"("way_m":{:.0f},"gap_m":{:.0f},"gap_ms":{},"corrections":[{}])",
                   name_of(segment.kind), segment.begin_ms, segment.end_ms, segment.is_last,
                   segment.is_cut, segment.points, segment.way_m, segment.gap_m, segment.gap_ms,
                   numbers_of(segment.corrections));
    if (segment.kind == Segment::Kind::stay) {
        append_spot(out, "at", segment.middle, from);
    } else {
        append_spot(out, "from", segment.first, from);
        append_spot(out, "to", segment.last, to);
    }
    out += '}';
}

void append_corners(std::string& out, const std::vector<Place>& corners) {
    for (std::size_t i = 0; i < corners.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}[{:.7f},{:.7f}]",
                       i == 0 ? R"(,"corners":[)" : ",", corners[i].latitude_deg,
                       corners[i].longitude_deg);
    if (!corners.empty()) out += ']';
}

}  // namespace

std::string read_segments(Reader& reader, DeviceNumber device, UnixMillis from, UnixMillis to) {
    const std::vector<NamedPlace> places = reader.places();
    const std::vector<SegmentCorrection> corrections = reader.trip_corrections(
        device, from - kSegmentCorrectionReach, to + kSegmentCorrectionReach);
    const std::vector<CorrectedSegment> segments =
        corrected_between(source_of(reader, device), corrections, from, to);
    // A trip leads from the place of the stay before it to that of the stay after it.
    const auto place_of = [&](std::size_t i, Place otherwise) {
        const bool is_stay = i < segments.size() && segments[i].kind == Segment::Kind::stay;
        return place_around(places, is_stay ? segments[i].middle : otherwise);
    };
    std::string list = "[";
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (i > 0) list += ',';
        if (segments[i].kind == Segment::Kind::stay)
            append_segment(list, segments[i], place_of(i, {}), nullptr);
        else
            append_segment(list, segments[i], place_of(i - 1, segments[i].first),
                           place_of(i + 1, segments[i].last));
    }
    return list + "]";
}

std::string read_places(Reader& reader) {
    std::string list = "[";
    for (const NamedPlace& place : reader.places()) {
        if (list.size() > 1) list += ',';
        fmt::format_to(std::back_inserter(list), R"({{"place":{},"name":)", place.number);
        append_json_string(list, place.name);
        fmt::format_to(std::back_inserter(list), R"(,"lat":{:.7f},"lon":{:.7f},"radius_m":{})",
                       place.middle.latitude_deg, place.middle.longitude_deg, place.radius_m);
        append_corners(list, place.corners);
        list += '}';
    }
    return list + "]";
}

}  // namespace waymark::tracker
