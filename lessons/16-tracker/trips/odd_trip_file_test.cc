// Files that programs and people make besides what the formats say.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "trips/tested_trip_file.hh"
#include "trips/utf16.hh"

using namespace waymark::tracker;

TEST_CASE("GPX may be nested as deeply as it likes, and what is deep is not looked at") {
    const auto nested = [](int levels) {
        std::string text = "<trkpt lat='1' lon='2'><time>2026-11-20T10:15:00Z</time>";
        for (int i = 0; i < levels; ++i) text += "<extensions>";
        text += "<speed>5</speed>";
        for (int i = 0; i < levels; ++i) text += "</extensions>";
        return parse_trip(gpx(text + "</trkpt>"), "trip").points.at(0);
    };
    CHECK(nested(0).speed_mps == 5.0);
    CHECK(nested(2).speed_mps == 5.0);
    CHECK_FALSE(nested(400'000).speed_mps);
}

TEST_CASE("GPX files that were joined are read one after the other") {
    const std::string one =
        "<?xml version='1.0'?>\n" +
        gpx("<trkpt lat='1' lon='2'><time>2026-11-20T10:15:00Z</time></trkpt>") + "\n";
    const Trip trip = parse_trip(one + one, "trip");
    CHECK(trip.points.size() == 2);
    CHECK(trip.points.at(1).starts_segment);
    CHECK(complaint_about(one + "<kml/>") == "trip:3: not GPX: here is <kml>");
}

TEST_CASE("a file in UTF-16 is read like one in UTF-8, whichever kind it is") {
    const auto utf16 = [](std::string_view text, bool is_big, bool has_mark) {
        std::string out;
        const auto put = [&](char high, char low) {
            out += is_big ? high : low;
            out += is_big ? low : high;
        };
        if (has_mark) put('\xFE', '\xFF');
        for (const char c : text) put('\0', c);
        return out;
    };
    const std::string rows =
        R"-([{"point":"POINT(9.61 47.785)","time":"2026-11-20 11:15:00Z"}])-";
    const std::string rmc = "$GNRMC,101500.00,A,4747.1234,N,00936.5678,E,4.2,84.4,201126,,,A*79\n";
    const std::string track =
        gpx("<trkpt lat='1' lon='2'><time>2026-11-20T10:15:00Z</time></trkpt>");
    for (const bool is_big : {false, true})
        for (const bool has_mark : {false, true})
            for (const std::string& text : {rows, track, rmc}) {
                CAPTURE(text);
                CHECK(parse_trip(utf16(text, is_big, has_mark), "trip").points.size() == 1);
            }
    CHECK(
        complaint_about(utf16("<gpx>\n<trk>\n", false, true)).starts_with("trip:2: broken XML"));
    // U+00E9, U+20AC, U+1F4CD, and half of a pair.
    CHECK(utf8_of_utf16(std::string_view("\xFE\xFF\x00\xE9\x20\xAC\xD8\x3D\xDC\xCD\xD8\x3D", 12)) ==
          "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\x8D\xEF\xBF\xBD");
    CHECK_FALSE(utf8_of_utf16("<gpx/>"));
}

TEST_CASE("an RMC sentence with a hemisphere or minutes that there are not is passed over") {
    const auto points = [](const char* latitude, const char* longitude) {
        return parse_trip(
            fmt::format("$GPRMC,101510.00,A,{},{},4.2,84.4,201126,,,A\n", latitude, longitude),
            "trip");
    };
    CHECK(points("4747.1300,N", "00936.5800,E").points.size() == 1);
    CHECK(points("4760.0000,S", "00936.5800,W").points.at(0).place.latitude_deg == -48.0);
    for (const auto& [latitude, longitude] :
         {std::pair("4747.1300,X", "00936.5800,E"), std::pair("4747.1300,N", "00936.5800,Y"),
          std::pair("4747.1300,E", "00936.5800,N"), std::pair("4775.1300,N", "00936.5800,E"),
          std::pair("4747.1300,N", "00975.5800,E"), std::pair("-4747.1300,N", "00936.5800,E"),
          std::pair("4747.1300,", "00936.5800,E")}) {
        CAPTURE(latitude);
        CAPTURE(longitude);
        const Trip trip = points(latitude, longitude);
        CHECK(trip.points.empty());
        CHECK(trip.remarks.at(0) == "passed over: 1 RMC sentence without a valid place and time");
    }
}

TEST_CASE("a row's time may be a number, and a number that is too large is told with its place") {
    const Trip trip = parse_trip(R"-([{"point":"POINT(1 2)","time":1410324847}])-", "trip");
    CHECK(trip.points.at(0).time_ms == 1410324847000);
    CHECK(complaint_about("[\n{\"n\":1e999}]") == "trip:2: a number is too large at byte 12");
}
