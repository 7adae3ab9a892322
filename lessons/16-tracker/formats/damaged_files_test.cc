// Files of each format with bytes that were changed, lost or doubled: no end of a program, no place
// beyond the poles.

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "formats/tested_reader.hh"

using namespace waymark::tracker;

TEST_CASE("files that are damaged at random give positions that can be, or are refused") {
    const std::pair<std::string_view, std::string> samples[] = {
        {"gpx",
         "<gpx><trk><trkseg><trkpt lat='48.1' "
         "lon='11.5'><ele>5</ele><time>2026-01-10T07:00:00Z</time>"
         "<speed>2</speed></trkpt></trkseg></trk></gpx>"},
        {"kml",
         "<kml><Placemark><gx:Track><when>2026-01-10T07:00:00Z</when><gx:coord>11.5 48.1 "
         "5</gx:coord>"
         "<SimpleArrayData name='speed'><value>2</value></SimpleArrayData></gx:Track></Placemark>"
         "<Placemark><TimeStamp><when>2026</when></TimeStamp><Point><coordinates>1,2</coordinates>"
         "</Point></Placemark></kml>"},
        {"csv", "time,lat,lon,speed\n\"2026-01-10T07:00:00Z\",48.1,11.5,2\n1768028400,48,11,\n"},
        {"owntracks",
         "2026-01-10T07:00:05Z\t* "
         "\t{\"_type\":\"location\",\"lat\":48.1,\"lon\":11.5,\"tst\":1768028400}\n"},
        {"nmea",
         "$GPRMC,070003.00,A,4806.000,N,01130.000,E,1.0,90.0,100126\n$GPGGA,070003.00,,,,,1,,,5,M,,"
         "\n"},
        {"geojson",
         R"({"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"LineString",)"
         R"("coordinates":[[11.5,48.1,5],[11.6,48.2]]},"properties":{"coordTimes":[1768028400,1768028401]}}]})"},
        {"records",
         R"({"locations":[{"latitudeE7":481000000,"longitudeE7":115000000,"timestampMs":"1768028400000"}]})"},
        {"semantic",
         R"({"timelineObjects":[{"placeVisit":{"location":{"latitudeE7":481000000,"longitudeE7":115000000},)"
         R"("duration":{"startTimestampMs":"1768028403000","endTimestampMs":"1768028404000"}}}]})"},
        {"timeline",
         R"([{"startTime":"2026-01-10T08:00:00Z","timelinePath":[{"point":"geo:48.1,11.5",)"
         R"("durationMinutesOffsetFromStartTime":"2"}]}])"},
    };
    std::minstd_rand numbers(1);  // the same in each run
    const auto random = [&numbers] { return static_cast<unsigned>(numbers()); };
    std::size_t taken = 0, not_taken = 0;
    for (const auto& [format, whole] : samples) {
        CHECK(read_track(format, whole).fixes.size() > 0);
        for (int run = 0; run < 300; ++run) {
            std::string text = whole;
            for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
                const std::size_t at = random() % text.size();
                const unsigned how = random() % 3;
                if (how == 0) text[at] = static_cast<char>(random() % 256);
                if (how == 1) text.erase(at, 1 + random() % 5);
                if (how == 2) text.insert(at, text.substr(random() % text.size(), random() % 9));
                if (text.empty()) text = "x";
            }
            const ReadTrack track = read_track(format, text, 1 + random() % 20);
            for (const Fix& fix : track.fixes) {
                CHECK(std::abs(fix.latitude_e7) <= 900'000'000);
                CHECK(std::abs(fix.longitude_e7) <= 1'800'000'000);
                CHECK(fix.time_ms >= kOldestTime);
            }
            taken += track.fixes.size();
            not_taken += track.refused.empty() && track.problem.empty() ? 0 : 1;
        }
    }
    // The controls: much of it is read, and much is not.
    CHECK(taken > 300);
    CHECK(not_taken > 500);
}
