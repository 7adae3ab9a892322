// Each writer's file, read again, is what was written, to the last digit; and real trips, read by
// these readers, are what the readers of trips/ make of them.

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/tested_reader.hh"
#include "trips/real_trips.hh"

using namespace waymark::tracker;

namespace {

std::string written(const TrackFormat& format, const std::vector<Fix>& fixes,
                    std::string_view name = "van") {
    const std::unique_ptr<TrackWriter> writer = format.make_writer();
    std::string text;
    writer->begin(text, name);
    for (const Fix& fix : fixes) writer->add(text, fix);
    writer->end(text);
    return text;
}

bool same(const Fix& a, const Fix& b) {
    return a.time_ms == b.time_ms && a.latitude_e7 == b.latitude_e7 &&
           a.longitude_e7 == b.longitude_e7 && a.altitude_m == b.altitude_m &&
           a.speed_mps == b.speed_mps && a.course_deg == b.course_deg &&
           a.accuracy_m == b.accuracy_m && a.battery_percent == b.battery_percent;
}

void check_round_trip(const std::vector<Fix>& fixes) {
    for (const TrackFormat& format : track_formats()) {
        if (format.make_writer == nullptr) continue;
        CAPTURE(format.name);
        const ReadTrack again = read_track("", written(format, fixes), 1000);
        CHECK(again.problem.empty());
        CHECK(again.refused.empty());
        REQUIRE(again.fixes.size() == fixes.size());
        std::size_t differing = 0;
        for (std::size_t i = 0; i < fixes.size(); ++i) {
            const bool is_same = same(again.fixes[i], fixes[i]);
            if (!is_same && differing++ == 0)
                CHECK(described(again.fixes[i]) == described(fixes[i]));
        }
        CHECK(differing == 0);
    }
}

// As the store keeps it: centimetres, millimetres a second, hundredths of a degree.
std::optional<float> kept(std::optional<double> value, double factor) {
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return static_cast<float>(static_cast<double>(std::llround(*value * factor)) / factor);
}

std::vector<Fix> fixes_of(const Trip& trip) {
    std::vector<Fix> fixes;
    for (const TripPoint& point : trip.points) {
        if (!point.time_ms) continue;
        Fix fix;
        fix.time_ms = *point.time_ms;
        fix.latitude_e7 = static_cast<std::int32_t>(std::lround(point.place.latitude_deg * 1e7));
        fix.longitude_e7 = static_cast<std::int32_t>(std::lround(point.place.longitude_deg * 1e7));
        fix.altitude_m = kept(point.altitude_m, 100);
        fix.speed_mps = kept(point.speed_mps, 1000);
        fix.course_deg = kept(point.course_deg, 100);
        if (fix.course_deg == 360.0F) fix.course_deg = 0.0F;
        fixes.push_back(fix);
    }
    return fixes;
}

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("what is written and read again is the same, digit by digit") {
    std::vector<Fix> fixes;
    for (int i = 0; i < 2500; ++i) {  // more than two tracks of KML
        Fix fix;
        fix.time_ms = 1'768'028'400'000 + i * 1001;
        fix.latitude_e7 = 481'234'567 - i * 37;
        fix.longitude_e7 = -115'000'001 + i * 41;
        const auto number = static_cast<float>(i);
        if (i % 2 == 0) fix.altitude_m = kept(-20 + number * 0.01F, 100);
        if (i % 3 == 0) fix.speed_mps = kept(number * 0.001F, 1000);
        if (i % 5 == 0) fix.course_deg = kept(std::fmod(number * 0.37F, 360.0F), 100);
        if (i % 7 == 0) fix.accuracy_m = kept(0.5F + number, 100);
        if (i % 11 == 0) fix.battery_percent = kept(std::fmod(number, 100.0F), 10);
        fixes.push_back(fix);
    }
    // The ends of the ranges; a gap before each.
    for (const auto& [latitude, longitude] :
         {std::pair(900'000'000, 1'800'000'000), {-900'000'000, -1'800'000'000}, {1, -1}}) {
        Fix fix;
        fix.time_ms = fixes.back().time_ms + 3'600'000;
        fix.latitude_e7 = latitude;
        fix.longitude_e7 = longitude;
        fix.altitude_m = 999'999.0F;
        fix.speed_mps = 0.0F;
        fix.course_deg = 359.99F;
        fixes.push_back(fix);
    }
    check_round_trip(fixes);
}

TEST_CASE("no fixes are a whole file, and a name can be anything") {
    for (const TrackFormat& format : track_formats()) {
        if (format.make_writer == nullptr) continue;
        CAPTURE(format.name);
        const std::string text = written(format, {}, "<a&b>\"\x01\xFF\xEF\xBF\xBF\xEF\xBF\xBE");
        const ReadTrack again = read_track("", text);
        CHECK(again.problem.empty());
        CHECK(again.fixes.empty());
    }
}

TEST_CASE("a segment of GPX begins where no line is drawn") {
    Fix first, second, third;
    first.time_ms = 1'768'028'400'000;
    first.latitude_e7 = second.latitude_e7 = 481'000'000;
    second.time_ms = first.time_ms + 3'600'000;
    third.time_ms = second.time_ms + 3'600'000;
    third.latitude_e7 = 491'000'000;
    const std::string text = written(*find_track_format("gpx"), {first, second, third});
    std::size_t segments = 0;
    for (std::size_t at = 0; (at = text.find("<trkseg>", at)) != std::string::npos; ++at)
        ++segments;
    CHECK(segments == 2);
}

TEST_CASE(
    "real trips go in and out of every format, and come in as their other readers have them") {
    const std::filesystem::path folder =
        std::filesystem::path(PROTOCOLS_DIR) / "../../../../shared/data/trips";
    for (const RealTrip& each : read_real_trips()) {
        CAPTURE(each.name);
        const std::vector<Fix> expected = fixes_of(each.trip);
        if (!expected.empty()) check_round_trip(expected);
        if (each.name.starts_with("json/")) continue;
        const ReadTrack track = read_track("", bytes_of(folder / each.name), 4096);
        CHECK(track.problem.empty());
        REQUIRE(track.fixes.size() == expected.size());
        std::size_t differing = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            Fix fix = track.fixes[i];
            fix.altitude_m = kept(fix.altitude_m, 100);
            fix.speed_mps = kept(fix.speed_mps, 1000);
            fix.course_deg = kept(fix.course_deg, 100);
            if (!same(fix, expected[i]) && differing++ == 0)
                CHECK(described(fix) == described(expected[i]));
        }
        CHECK(differing == 0);
    }
}
