#include "trips/trip_file.hh"

#include <doctest/doctest.h>

#include "protocols/time_text.hh"
#include "trips/nmea_sentence.hh"
#include "trips/tested_trip_file.hh"

using namespace waymark::tracker;

namespace {

// Two seconds of a ride: RMC and GGA each.
constexpr const char* kFirstRmc =
    "$GNRMC,101500.00,A,4747.1234,N,00936.5678,E,4.2,84.4,201126,,,A*79\n";
constexpr const char* kFirstGga =
    "$GNGGA,101500.00,4747.1234,N,00936.5678,E,1,09,1.1,447.0,M,47.0,M,,*7E\n";
constexpr const char* kSecondRmc =
    "$GNRMC,101510.00,A,4747.1300,N,00936.5800,E,4.2,84.4,201126,,,A*7F\n";
constexpr const char* kSecondGga =
    "$GNGGA,101510.00,4747.1300,N,00936.5800,E,1,09,1.1,447.0,M,47.0,M,,*78\n";

std::string ride() {
    return std::string(kFirstRmc) + kFirstGga + kSecondRmc + kSecondGga;
}

std::string lower(std::string text) {
    for (std::size_t star = text.find('*'); star != std::string::npos;
         star = text.find('*', star + 1))
        for (std::size_t i = star + 1; i < star + 3; ++i)
            if (text[i] >= 'A') text[i] = static_cast<char>(text[i] - 'A' + 'a');
    return text;
}

std::string without_checksums(std::string text) {
    for (std::size_t star = text.find('*'); star != std::string::npos; star = text.find('*'))
        text.erase(star, 3);
    return text;
}

std::string before_each_line(std::string_view stamp, std::string_view text) {
    std::string stamped;
    while (!text.empty()) {
        const std::size_t end = text.find('\n') + 1;
        stamped += std::string(stamp) + std::string(text.substr(0, end));
        text.remove_prefix(end);
    }
    return stamped;
}

}  // namespace

TEST_CASE("GPX of both versions is read, with a byte order mark and prefixes") {
    const Trip old_form = parse_trip(
        "\xef\xbb\xbf<?xml version='1.0'?><gpx version='1.0'><wpt lat='1' lon='1'/><trk><trkseg>"
        "<trkpt lat='45.5' lon='13.25'><ele>271.5</ele><time>2014-08-22T16:48:52.5Z</time>"
        "<course>90</course><speed>1.5</speed></trkpt></trkseg></trk></gpx>",
        "trip");
    REQUIRE(old_form.points.size() == 1);
    const TripPoint& point = old_form.points[0];
    CHECK(point.place.latitude_deg == 45.5);
    CHECK(point.place.longitude_deg == 13.25);
    CHECK(point.altitude_m == 271.5);
    CHECK(point.speed_mps == 1.5);
    CHECK(point.course_deg == 90);
    CHECK(*point.time_ms % 1000 == 500);

    const Trip new_form = parse_trip(
        "<g:gpx xmlns:g='x'><g:trk><g:trkseg><g:trkpt lat='1' lon='2'>"
        "<g:time>2014-08-22T16:48:52Z</g:time><g:extensions><t:TrackPointExtension xmlns:t='y'>"
        "<t:speed>2.5</t:speed></t:TrackPointExtension></g:extensions></g:trkpt></g:trkseg></g:trk>"
        "</g:gpx>",
        "trip");
    REQUIRE(new_form.points.size() == 1);
    CHECK(new_form.points[0].speed_mps == 2.5);
}

TEST_CASE("rows of JSON are read, longitude first") {
    const Trip trip = parse_trip(
        R"~([{"point":"POINT(11.5 48.25)","time":"2014-09-10 06:54:07+0200","id":"1"}])~", "trip");
    REQUIRE(trip.points.size() == 1);
    CHECK(trip.points[0].place.latitude_deg == 48.25);
    CHECK(trip.points[0].place.longitude_deg == 11.5);
}

TEST_CASE("an NMEA log gives its valid RMC sentences, with the altitude of the same second") {
    const Trip trip = parse_trip(
        "# a log\r\n"
        "$GPRMC,095255.810,V,2712.6404,S,15303.1201,E,0.00,0.00,080407,,,A*6E\r\n"
        "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"
        "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"
        "$GPRMC,123520,A,4807.039,N,01131.000,E,022.4,084.4,230394,003.1,W*00\r\n"
        "$GPRMC,1235",
        "trip");
    REQUIRE(trip.points.size() == 1);
    const TripPoint& point = trip.points[0];
    CHECK(format_time(*point.time_ms) == "1994-03-23T12:35:19Z");
    CHECK(point.place.latitude_deg == doctest::Approx(48.1173));
    CHECK(point.place.longitude_deg == doctest::Approx(11.516667));
    CHECK(*point.speed_mps == doctest::Approx(11.5236).epsilon(1e-4));
    CHECK(point.altitude_m == 545.4);
}

TEST_CASE("a broken file is refused in one line that says where") {
    struct Row {
        std::string bytes;
        const char* complaint;
    };
    const Row rows[] = {
        {"", "trip: the file is empty"},
        {"\n \n", "trip: the file is empty"},
        {"hello", "trip: not a trip: neither GPX, rows of JSON nor an NMEA log; convert it first"},
        {"<kml/>", "trip:1: not GPX: here is <kml>"},
        {"<gpx>\n<trk>\n</gpx>", "trip:3: broken XML at byte 14 of 18: Start-end tags mismatch"},
        {gpx("\n<trkpt lat='1' lon='2'/>\n<trkpt lat='1,5' lon='2'/>"),
         "trip:3: a track point whose lat is not a number: \"1,5\""},
        {gpx("<trkpt lat='nan' lon='2'/>"),
         "trip:1: a track point whose lat is not a number: \"nan\""},
        {gpx("<trkpt lat='1'/>"), "trip:1: a track point whose lon is not a number: \"\""},
        {gpx("\n\n<trkpt lat='1' lon='1'><time>yesterday</time></trkpt>"),
         "trip:3: not a time: \"yesterday\""},
        {"[\n{\"point\":", "trip:2: broken JSON at byte 12"},
        {R"~([{"point":"POINT(1 2)"},{"point":"POINT(1)"}])~",
         "trip: row 2: not a point, which is POINT(lon lat): \"POINT(1)\""},
        {R"([{"point":""}])", "trip: row 1: not a point, which is POINT(lon lat): \"\""},
        {R"([7])", "trip: row 1: no \"point\" with a text"},
        {R"~([{"point":"POINT(1 2)","time":"soon"}])~", "trip: row 1: not a time: \"soon\""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bytes);
        CHECK(complaint_about(row.bytes) == row.complaint);
    }
}

TEST_CASE("a file that is not there is the system's refusal") {
    CHECK_THROWS_AS(read_trip("/no/such/trip.gpx"), std::system_error);
}

TEST_CASE("an NMEA log is read whatever stands before its sentences, and in either case") {
    struct Row {
        const char* what;
        std::string log;
        std::vector<std::string> remarks;
    };
    const Row rows[] = {
        {"as receivers write it", ride(), {}},
        {"checksums in lower case", lower(ride()), {}},
        {"what gpsd says first",
         "{\"class\":\"VERSION\"}\n{\"class\":\"WATCH\",\"nmea\":true}\n" + ride(),
         {"passed over: 2 lines that are no NMEA sentence"}},
        {"cut at its beginning",
         "36.5600,E,4.2,84.4,201126,,,A*1F\n" + ride(),
         {"passed over: 1 line that is no NMEA sentence"}},
        {"a time stamp before each", before_each_line("2026-11-20 10:15:00 ", ride()), {}},
        {"a stamp in brackets", before_each_line("[12.5] ", ride()), {}},
        {"two sentences in a line, the first cut",
         "$GNRMC,1014" + ride(),
         {"passed over: 1 sentence without a checksum, in a log where others have one"}},
        {"a damaged digit, a receiver without a fix",
         "$GNRMC,101459.00,A,4747.1234,N,00936.5678,E,4.2,84.4,201126,,,A*79\n" + ride() +
             "$GPRMC,095255.810,V,2712.6404,S,15303.1201,E,0.00,0.00,080407,,,A*6E\n",
         {"passed over: 1 sentence whose checksum is wrong",
          "passed over: 1 RMC sentence without a valid place and time"}},
        {"no checksum anywhere",
         without_checksums(ride()),
         {"no sentence has a right checksum; those without any were taken, so a digit that was "
          "damaged on its way is not noticed"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Trip trip = parse_trip(row.log, "trip");
        REQUIRE(trip.points.size() == 2);
        CHECK(format_time(*trip.points[1].time_ms) == "2026-11-20T10:15:10Z");
        CHECK(trip.points[0].altitude_m == 447);
        CHECK(trip.remarks == row.remarks);
    }
}

TEST_CASE("an NMEA log without checksums gives nothing of a sentence that was cut") {
    const std::string whole = without_checksums(std::string(kFirstGga) + kFirstRmc);
    const std::size_t rmc = whole.find("$GNRMC");
    const std::size_t date_end = whole.find("201126") + 6;
    for (std::size_t size = rmc; size < date_end; ++size)
        CHECK(parse_trip(whole.substr(0, size), "trip").points.empty());
    CHECK(parse_trip(whole.substr(0, date_end), "trip").points.size() == 1);
    const std::string cut =
        without_checksums(kFirstRmc) + "$GNGGA,101500.00,4747.1234,N,00936.5678,E,1,09,1.1,44";
    CHECK_FALSE(parse_trip(cut, "trip").points.at(0).altitude_m);
}

TEST_CASE("a checksum is compared by its value, and must be two digits") {
    for (const auto& [digits, checksum] :
         {std::pair("*7F", Checksum::right), std::pair("*7f", Checksum::right),
          std::pair("*7E", Checksum::wrong), std::pair("*7", Checksum::wrong),
          std::pair("*", Checksum::wrong), std::pair("*-1", Checksum::wrong),
          std::pair("*7G", Checksum::wrong), std::pair("*7F\r", Checksum::right),
          std::pair("", Checksum::absent)}) {
        CAPTURE(digits);
        const std::string text = "$GNRMC,101510.00,A,4747.1300,N,00936.5800,E,4.2,84.4,201126,,,A";
        const std::string line = text + digits;
        std::string_view rest = line;
        const auto sentence = take_sentence(rest);
        REQUIRE(sentence);
        CHECK(sentence->checksum == checksum);
        CHECK(sentence->type() == "RMC");
    }
}

TEST_CASE("numbers of a file may have a plus and blanks, and nothing else more") {
    CHECK(number_in("+47.5") == 47.5);
    CHECK(number_in(" \t-0.5\n") == -0.5);
    for (const char* text : {"", " ", "+", "+-1", "++1", "1 2", "1,5", "nan", "0x1F", "47.5N"}) {
        CAPTURE(text);
        CHECK_FALSE(number_in(text));
    }
    const Trip trip = parse_trip(gpx("<trkpt lat='+47.7850' lon='+9.6100'><ele>+447.5</ele>"
                                     "<time>2026-11-20T10:15:00Z</time></trkpt>"),
                                 "trip");
    REQUIRE(trip.points.size() == 1);
    CHECK(trip.points[0].place.latitude_deg == 47.785);
    CHECK(trip.points[0].altitude_m == 447.5);
}

TEST_CASE("a point in WKT may be in lower case, have blanks and a height") {
    for (const char* text : {"POINT(9.61 47.785)", "POINT (9.61 47.785)", "Point(9.61 47.785)",
                             "point ( 9.61   47.785 ) ", "POINT Z (9.61 47.785 447)"}) {
        CAPTURE(text);
        const Trip trip = parse_trip(
            std::string(R"([{"time":"2026-11-20 11:15:00+0100","point":")") + text + "\"}]",
            "trip");
        REQUIRE(trip.points.size() == 1);
        CHECK(trip.points[0].place.latitude_deg == 47.785);
        CHECK(trip.points[0].place.longitude_deg == 9.61);
    }
    for (const char* text : {"POINT(9.61)", "POINT(9.61 47.785", "POINT 9.61 47.785", "POINTS(1 2)",
                             "POINT(1 2) 3", "POINT(1 2 3)", "POINT(1, 2)", "LINESTRING(1 2)"}) {
        CAPTURE(text);
        CHECK(complaint_about(std::string(R"([{"point":")") + text + "\"}]").find("not a point") !=
              std::string::npos);
    }
}

TEST_CASE("GPX without a track point says what is there instead") {
    const Trip trip = parse_trip(
        "<gpx><wpt lat='1' lon='2'/><wpt lat='1' lon='2'/><rte><rtept lat='1' "
        "lon='2'/></rte></gpx>",
        "trip");
    CHECK(trip.points.empty());
    REQUIRE(trip.remarks.size() == 1);
    CHECK(trip.remarks[0] ==
          "the file has tracks: 0, routes: 1, way points: 2; only the points of a track say where "
          "somebody was");
    CHECK(parse_trip(gpx("<trkpt lat='1' lon='2'/>"), "trip").remarks.empty());
}

TEST_CASE("GPX that was cut names the place, wherever that is") {
    const std::string whole =
        gpx("\n<trkpt lat='1' lon='2'>\n<time>2026-11-20T10:15:00Z</time></trkpt>\n"
            "<trkpt lat='1' lon='2'/>");
    for (std::size_t size = 2; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        CAPTURE(cut);
        const std::size_t lines = line_at(cut, size - 1);
        CHECK(complaint_about(cut).starts_with("trip:" + std::to_string(lines) + ": broken XML"));
    }
}
