#include "trips/trip.hh"

#include <doctest/doctest.h>

#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "trips/trip_file.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

TripPoint timed(std::optional<UnixMillis> time_ms, bool starts_segment = false) {
    TripPoint point;
    point.time_ms = time_ms;
    point.starts_segment = starts_segment;
    return point;
}

std::string complaint_about(std::string_view bytes) {
    try {
        parse_trip(bytes, "trip");
    } catch (const UsageError& error) {
        return error.what();
    }
    return "none";
}

std::string gpx(std::string_view points) {
    return "<gpx version='1.1'><trk><trkseg>" + std::string(points) + "</trkseg></trk></gpx>";
}

}  // namespace

TEST_CASE("a quarter of the equator is as long as the radius says") {
    CHECK(distance_m({0, 0}, {0, 90}) == doctest::Approx(10'007'557.2).epsilon(1e-8));
    CHECK(distance_m({48, 11}, {48, 11}) == 0);
    CHECK(distance_m({90, 0}, {-90, 0}) == doctest::Approx(20'015'114.4).epsilon(1e-8));
}

TEST_CASE("a flat map gives back the place it was given") {
    const FlatMap map({47.8, 9.6});
    const Place place = map.place({3000, -4000});
    CHECK(distance_m({47.8, 9.6}, place) == doctest::Approx(5000).epsilon(1e-3));
    CHECK(map.offset(place).east == doctest::Approx(3000));
    CHECK(map.offset(place).north == doctest::Approx(-4000));
    CHECK(course_deg({-1, 0}) == doctest::Approx(270));
}

TEST_CASE("the way between two segments is not counted") {
    const Trip joined =
        parse_trip(gpx("<trkpt lat='0' lon='0'><time>2020-01-01T00:00:00Z</time></trkpt>"
                       "<trkpt lat='0' lon='1'><time>2020-01-01T00:00:01Z</time></trkpt>"
                       "</trkseg><trkseg/><trkseg>"
                       "<trkpt lat='0' lon='5'><time>2020-01-01T00:00:02Z</time></trkpt>"),
                   "trip");
    CHECK(joined.points.size() == 3);
    CHECK(distance_m(joined) == doctest::Approx(distance_m({0, 0}, {0, 1})));
    CHECK(distance_m(joined) < distance_m({0, 0}, {0, 5}));
}

TEST_CASE("points without a time are left out, and their segment keeps its beginning") {
    Trip trip{{timed({}, true), timed(1000), timed(2000), timed({}, true), timed(3000)}};
    settle_times(trip, MissingTimes::leave_out);
    CHECK(trip.without_time == 2);
    REQUIRE(trip.points.size() == 3);
    CHECK(trip.points[0].starts_segment);
    CHECK_FALSE(trip.points[1].starts_segment);
    CHECK(trip.points[2].starts_segment);
}

TEST_CASE("points without a time can be given one between their neighbours") {
    Trip trip{
        {timed({}), timed({}), timed(10'000), timed({}), timed({}), timed(16'000), timed({})}};
    settle_times(trip, MissingTimes::fill_in);
    std::vector<UnixMillis> times;
    for (const TripPoint& point : trip.points) times.push_back(*point.time_ms);
    CHECK(times == std::vector<UnixMillis>{8000, 9000, 10'000, 12'000, 14'000, 16'000, 17'000});
    CHECK(trip.without_time == 5);

    Trip timeless{{timed({}), timed({})}};
    settle_times(timeless, MissingTimes::fill_in);
    CHECK(timeless.points.empty());
    CHECK(timeless.without_time == 2);
}

TEST_CASE("a trip is shifted so that its latest point, not its last, is at the end") {
    Trip trip{{timed(1000), timed(5000), timed(3000)}};
    shift_to_end_at(trip, 100'000);
    CHECK(*trip.points[0].time_ms == 96'000);
    CHECK(*trip.points[1].time_ms == 100'000);
    CHECK(*trip.points[2].time_ms == 98'000);
}

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
        {"<kml/>", "trip:1: not GPX: the file is <kml>"},
        {"<gpx>\n<trk>\n</gpx>", "trip:3: broken XML: Start-end tags mismatch"},
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
