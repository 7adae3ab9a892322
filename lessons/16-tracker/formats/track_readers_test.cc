// Each format's reader: odd files and what must come of them, cut into parts of several sizes.

#include <doctest/doctest.h>

#include "formats/tested_reader.hh"

using namespace waymark::tracker;

namespace {

// Read in parts of every size, and by its name as well as by its beginning.
struct FileCase {
    std::string format;
    std::string text;
    std::string fixes;
    std::string refused;
};

void check_files(const std::vector<FileCase>& cases) {
    for (const FileCase& each : cases) {
        CAPTURE(each.text);
        for (const std::size_t part : {1U, 5U, 4096U}) {
            const ReadTrack track = read_track(each.format, each.text, part);
            CHECK(described(track.fixes) == each.fixes);
            CHECK(track.refused == each.refused);
            CHECK(track.problem.empty());
        }
        const TrackFormat* const format = recognise_format(each.text);
        REQUIRE(format != nullptr);
        CHECK(format->name == each.format);
    }
}

constexpr const char* kPlace = "2026-01-10T07:00:00Z 48.1 11.5";

}  // namespace

TEST_CASE("GPX: the points of tracks, with what is odd left out and what is wrong counted") {
    check_files({
        {"gpx",
         R"(<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<metadata><time>2020-01-01T00:00:00Z</time></metadata>
<wpt lat="1" lon="1"><time>2026-01-10T07:00:00Z</time></wpt>
<rte><rtept lat="1" lon="1"><time>2026-01-10T07:00:00Z</time></rtept></rte>
<trk><trkseg><trkpt lat="48.1" lon="11.5"><ele>500.25</ele><time> 2026-01-10T07:00:00.125Z
</time><extensions><gpxtpx:TrackPointExtension xmlns:gpxtpx="http://www.garmin.com/x/v2">
<gpxtpx:speed>2.5</gpxtpx:speed><gpxtpx:course>360</gpxtpx:course></gpxtpx:TrackPointExtension>
</extensions></trkpt></trkseg></trk></gpx>)",
         "2026-01-10T07:00:00.125Z 48.1 11.5 alt 500.25 speed 2.5 course 0", ""},
        // GPX 1.0, without a name space; a zone; a decimal comma is no number.
        {"gpx",
         R"(<gpx version="1.0"><trk><trkseg>
<trkpt lat="+48.1" lon="11.50"><ele>500,2</ele><time>2026-01-10T08:00:00+01:00</time><course>90</course><speed>3</speed></trkpt>
</trkseg></trk></gpx>)",
         "2026-01-10T07:00:00Z 48.1 11.5 speed 3 course 90", ""},
        // A time without a zone is UTC, as GPX says.
        {"gpx",
         R"(<gpx><trk><trkseg><trkpt lat="48.1" lon="11.5"><time>2026-01-10T07:00:00</time></trkpt></trkseg></trk></gpx>)",
         kPlace, ""},
        {"gpx", R"(<gpx><trk><trkseg>
<trkpt lat="48.1" lon="11.5"/>
<trkpt lat="48.1" lon="11.5"><time></time></trkpt>
<trkpt lat="48.1" lon="11.5"><time>yesterday</time></trkpt>
<trkpt lat="48.1" lon="11.5"><time>2026-02-30T07:00:00Z</time></trkpt>
<trkpt lat="NaN" lon="11.5"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="91" lon="11.5"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="48.1" lon="-180.1"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="48.1"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="0.0" lon="0"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="48.1" lon="11.5"><time>1999-01-10T07:00:00Z</time></trkpt>
<trkpt lat="48.1" lon="11.5"><time>2099-01-10T07:00:00Z</time></trkpt>
<trkpt lat="north" lon="1e999"><time>2026-01-10T07:00:00Z</time></trkpt>
<trkpt lat="48.1" lon="11.5"><time>2026-01-10T07:00:00Z</time><ele>NaN</ele><speed>-1</speed><course>400</course></trkpt>
</trkseg></trk></gpx>)",
         kPlace,
         "missing_time x2 at 2, bad_time x2 at 4, not_finite x2 at 6, lat_out_of_range at 7, "
         "lon_out_of_range at 8, missing_lon at 9, null_island at 10, time_out_of_range at 11, "
         "time_in_future at 12"},
        {"gpx", "<gpx></gpx>", "", ""},
    });
}

TEST_CASE("KML: gx:Track in either order, and points with a time") {
    check_files({
        {"kml", R"(<kml xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark><gx:Track>
<when>2026-01-10T07:00:00Z</when><when>2026-01-10T07:00:01Z</when>
<gx:coord>11.5 48.1 500</gx:coord><gx:coord>11.6 48.2</gx:coord>
<gx:angles>90 0 0</gx:angles><gx:angles/>
<ExtendedData><SchemaData><gx:SimpleArrayData name="speed"><gx:value/><gx:value>2.5</gx:value></gx:SimpleArrayData>
<gx:SimpleArrayData name="heart"><gx:value>60</gx:value><gx:value>61</gx:value></gx:SimpleArrayData>
</SchemaData></ExtendedData></gx:Track></Placemark></kml>)",
         "2026-01-10T07:00:00Z 48.1 11.5 alt 500 course 90; "
         "2026-01-10T07:00:01Z 48.2 11.6 speed 2.5",
         ""},
        {"kml",
         R"(<kml><Placemark><gx:Track xmlns:gx="g"><when>2026-01-10T07:00:00Z</when><gx:coord>11.5 48.1 0</gx:coord>
<when>noon</when><gx:coord>11.5 48.1</gx:coord>
<gx:coord>11.5 48.1</gx:coord></gx:Track></Placemark></kml>)",
         "2026-01-10T07:00:00Z 48.1 11.5 alt 0", "bad_time at 2, missing_time at 3"},
        {"kml",
         R"(<kml><Document><Placemark><TimeStamp><when>2026-01-10T07:00:00Z</when></TimeStamp><Point><coordinates>
 11.5,48.1,500 </coordinates></Point></Placemark>
<Placemark><TimeSpan><begin>2026-01-10T07:00:01Z</begin><end>2026-01-10T08:00:00Z</end></TimeSpan><ExtendedData><Data name="speed"><value>2</value></Data></ExtendedData><Point><coordinates>11.5,48.1</coordinates></Point></Placemark>
<Placemark><Point><coordinates>11.5,48.1</coordinates></Point></Placemark>
<Placemark><LineString><coordinates>11.5,48.1 11.6,48.1</coordinates></LineString></Placemark>
<Placemark><TimeStamp><when>2026-01-10T07:00:00Z</when></TimeStamp><Point><coordinates>eleven,48.1</coordinates></Point></Placemark>
</Document></kml>)",
         "2026-01-10T07:00:00Z 48.1 11.5 alt 500; 2026-01-10T07:00:01Z 48.1 11.5 speed 2",
         "missing_time x2 at 4, not_finite at 6"},
    });
}

TEST_CASE("CSV: columns by their names, however they are parted and quoted") {
    check_files({
        {"csv", "lat,lon,time\r\n48.1,11.5,2026-01-10T07:00:00Z\r\n", kPlace, ""},
        {"csv",
         "\xEF\xBB\xBFTime,Name,LATITUDE,Longitude,Altitude "
         "(m),speed_kmh,Heading,Accuracy,Battery\n"
         "1768028400123,\"a, \"\"b\"\"\",48.1,11.5,500,36,90,5,80\n",
         "2026-01-10T07:00:00.123Z 48.1 11.5 alt 500 speed 10 course 90 acc 5 batt 80", ""},
        {"csv", "date;time;lat;lon;speed\n2026-01-10;07:00:00;48,1;11,5;2,5\n\n",
         "2026-01-10T07:00:00Z 48.1 11.5 speed 2.5", ""},
        {"csv", "timestamp\tlat\tlng\tspeed_knots\n1768028400\t48.1\t11.5\t3600\n",
         "2026-01-10T07:00:00Z 48.1 11.5 speed 1852", ""},
        {"csv",
         "time,lat,lon\n2026-01-10T07:00:00Z,48.1\n2026-01-10T07:00:00Z,\"48.1,11.5\nx,48.1,11.5\n"
         ",48.1,11.5\n2026-01-10T07:00:00Z,4\xFF.1,11.5\n2026-01-10T07:00:00Z,48.1,11.5,extra\n"
         "2026-01-10T07:00:01Z,\"48.1\",\"11.5\"",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.1 11.5",
         "missing_lon at 2, quote_not_closed at 3, bad_time at 4, missing_time at 5, not_utf8 at "
         "6"},
    });
    CHECK(read_track("csv", "time,name\n1,2\n").problem ==
          "line 1: these are no names of columns with a time, a latitude and a longitude");
    CHECK(read_track("csv", "").problem == "line 1: the names of columns are missing");
    const std::string endless(200'000, '9');
    const ReadTrack track =
        read_track("csv", "time,lat,lon\n" + endless + "\n2026-01-10T07:00:00Z,48.1,11.5\n", 1000);
    CHECK(described(track.fixes) == kPlace);
    CHECK(track.refused == "too_long at 2");
}

TEST_CASE("OwnTracks .rec: locations by their own time, other lines passed over") {
    check_files({{"owntracks",
                  "2026-01-10T07:00:05Z\t*                 \t{\"_type\":\"location\",\"lat\":48.1,"
                  "\"lon\":11.5,\"tst\":1768028400,\"vel\":36,\"cog\":90,\"acc\":5,\"alt\":500,"
                  "\"batt\":80}\n"
                  "2026-01-10T07:00:06Z\tlwt               \t{\"_type\":\"lwt\",\"tst\":1}\n"
                  "2026-01-10T07:00:07Z\t*                 \t{\"_type\":\"location\",\"lat\":48.1\n"
                  "2026-01-10T07:00:08Z\t*                 "
                  "\t{\"_type\":\"location\",\"lat\":48.1,\"lon\":11.5}\n"
                  "2026-01-10T07:00:09Z\t*                 "
                  "\t{\"_type\":\"location\",\"lat\":NaN,\"lon\":11.5,\"tst\":1768028400}\n"
                  "nonsense\n",
                  "2026-01-10T07:00:00Z 48.1 11.5 alt 500 speed 10 course 90 acc 5 batt 80",
                  "bad_json x2 at 3, missing_time at 4, not_finite at 5"}});
}

TEST_CASE("NMEA: an RMC with the altitude of its second") {
    check_files({
        {"nmea",
         "$GPGGA,070000.00,4806.000,N,01130.000,E,1,08,0.9,500.0,M,47.0,M,,*65\r\n"
         "$GPRMC,070000.00,A,4806.000,N,01130.000,E,10.0,90.0,100126,,,A*5C\r\n"
         "$GPRMC,070001.00,V,,,,,,,100126,,,N*7F\r\n"
         "$GPRMC,070002.00,A,4806.000,N,01130.000,E,10.0,90.0,100126,,,A*00\r\n"
         "$GPGSV,1,1,00*79\r\n"
         "$GPRMC,070003.00,A,4806.000,N,01130.000,E,10.0,90.0,100126\r\n"
         "$GPRMC,070004.00,A,4806.000,N,01130.000,E,,,100126,,,A*50\r\n"
         "$GPGGA,070004.00,4806.000,N,01130.000,E,1,08,0.9,501.0,M,47.0,M,,*60\r\n",
         "2026-01-10T07:00:00Z 48.1 11.5 alt 500 speed 5.1444445 course 90; "
         "2026-01-10T07:00:04Z 48.1 11.5 alt 501",
         "no_fix at 3, bad_checksum x2 at 4"},
        {"nmea", "2026 07:00 $GPRMC,070003.00,A,4806.000,N,01130.000,E,,,100126\n",
         "2026-01-10T07:00:03Z 48.1 11.5", ""},
    });
}

TEST_CASE("GeoJSON: points, lines with times, and each alone") {
    check_files({
        {"geojson", R"({"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5,48.1,500]},"properties":{"time":"2026-01-10T07:00:00Z","speed":2.5,"bearing":90,"accuracy":5,"battery_level":0.5}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5,48.1]},"properties":{"timestamp":1768028400123}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5]},"properties":{"tst":1768028400}},
{"type":"Feature","geometry":{"type":"Point","coordinates":["x",48.1]},"properties":{"tst":1768028400}},
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4]]]},"properties":null},
{"type":"Feature","geometry":null,"properties":{}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5,48.1]}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5,48.1]},"properties":{"time":}},
{"type" "Feature","geometry":{"type":"Point","coordinates":[11.5,48.1]}}
]})",
         "2026-01-10T07:00:00Z 48.1 11.5 alt 500 speed 2.5 course 90 acc 5 batt 50; "
         "2026-01-10T07:00:00.123Z 48.1 11.5",
         "missing_lat x2 at 4, not_finite at 5, missing_time x3 at 6, bad_json at 10"},
        {"geojson",
         R"({"type":"Feature","properties":{"coordTimes":["2026-01-10T07:00:00Z",1768028401]},)"
         R"("geometry":{"type":"LineString","coordinates":[[11.5,48.1],[11.5,48.2],[11.5,48.3]]}})",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.2 11.5", "missing_time at 1"},
        {"geojson",
         R"({"type":"Feature","properties":{"coordinateProperties":{"times":[[1768028400],["x",1768028402]]}},)"
         R"("geometry":{"type":"MultiLineString","coordinates":[[[11.5,48.1]],[[11.5,48.2],[11.5,48.3]]]}})",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:02Z 48.3 11.5", "bad_time at 1"},
        {"geojson", R"({"type":"LineString","coordinates":[[11.5,48.1],[11.5,48.2]]})", "",
         "missing_time at 1"},
        {"geojson", R"({"type":"FeatureCollection","features":[]})", "", ""},
        {"geojson",
         "\x1e{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[11.5,48.1]},"
         "\"properties\":{\"time\":1768028400}}\n\x1e{\"type\":\"Feature\",\"geometry\":{\"type\":"
         "\"Point\",\"coordinates\":[11.5,48.2]},\"properties\":{\"time\":1768028401}}\n",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.2 11.5", ""},
    });
    // No deeper than JsonReader goes, in linear time; and around records no deeper than
    // JsonRecords.
    const std::string deep = R"({"type":"Feature","geometry":{"type":"LineString","coordinates":)" +
                             std::string(100'000, '[') + std::string(100'000, ']') + "}}";
    CHECK(read_track("geojson", R"({"features":[)" + deep + "]}").refused == "bad_json at 1");
    CHECK(read_track("geojson", deep).problem == "line 1: brackets are nested too deep");
    // A text that is short and has more places than any real one of its length.
    std::string places, times;
    for (int i = 0; i < 200'001; ++i) places += ",[1,1]", times += ",1e9";
    const ReadTrack many = read_track(
        "geojson", R"({"type":"Feature","geometry":{"type":"LineString","coordinates":[)" +
                       places.substr(1) + R"(]},"properties":{"times":[)" + times.substr(1) +
                       "]}}");
    CHECK(many.fixes.size() == 200'000);
    CHECK(many.refused == "too_long at 1");
}

TEST_CASE("Google's three forms") {
    check_files({
        {"records", R"({"locations":[
{"latitudeE7":481000000,"longitudeE7":115000000,"accuracy":5,"altitude":500,"velocity":2,"heading":90,"timestamp":"2026-01-10T07:00:00.125Z"},
{"latitudeE7":481000000,"longitudeE7":115000000,"timestampMs":"1768028400000"},
{"latitudeE7":4294967295,"longitudeE7":4179967296,"timestampMs":"1768028400000"},
{"timestampMs":"1768028400000"},
{"latitudeE7":481000000,"longitudeE7":115000000}
]})",
         "2026-01-10T07:00:00.125Z 48.1 11.5 alt 500 speed 2 course 90 acc 5; "
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:00Z -1e-07 -11.5",
         "missing_lat at 5, missing_time at 6"},
        {"semantic", R"({"timelineObjects":[{"activitySegment":{
"startLocation":{"latitudeE7":481000000,"longitudeE7":115000000},"endLocation":{"latitudeE7":483000000,"longitudeE7":115000000},
"duration":{"startTimestamp":"2026-01-10T07:00:00Z","endTimestamp":"2026-01-10T07:00:02Z"},
"waypointPath":{"waypoints":[{"latE7":1,"lngE7":1}]},
"simplifiedRawPath":{"points":[{"latE7":482000000,"lngE7":115000000,"accuracyMeters":5,"timestamp":"2026-01-10T07:00:01Z"}]}}},
{"placeVisit":{"location":{"latitudeE7":481000000,"longitudeE7":115000000,"name":"home"},"duration":{"startTimestampMs":"1768028403000","endTimestampMs":"soon"}}},
{"placeVisit":{"location":{"name":"somewhere"},"duration":{}}}]})",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.2 11.5 acc 5; "
         "2026-01-10T07:00:02Z 48.3 11.5; 2026-01-10T07:00:03Z 48.1 11.5",
         "bad_time at 6"},
        {"timeline", R"({"semanticSegments":[
{"startTime":"2026-01-10T08:00:00.000+01:00","endTime":"2026-01-10T09:00:00.000+01:00","timelinePath":[{"point":"48.1°, 11.5°","time":"2026-01-10T08:00:00.000+01:00"},{"point":"48.1°","time":"2026-01-10T08:01:00.000+01:00"}]},
{"startTime":"2026-01-10T07:00:01Z","endTime":"2026-01-10T07:00:02Z","activity":{"start":{"latLng":"48.1°, 11.5°"},"end":{"latLng":"48.2°, -11.5°"}}},
{"startTime":"2026-01-10T07:00:03Z","endTime":"2026-01-10T07:00:04Z","visit":{"topCandidate":{"placeLocation":{"latLng":"48.1°, 11.5°"}}}}],
"rawSignals":[{"position":{"LatLng":"48.1°, 11.5°","accuracyMeters":13,"altitudeMeters":500,"speedMetersPerSecond":2,"timestamp":"2026-01-10T07:00:05Z"}},{"wifiScan":{}}],
"userLocationProfile":{"x":[{}]}})",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.1 11.5; "
         "2026-01-10T07:00:02Z 48.2 -11.5; 2026-01-10T07:00:03Z 48.1 11.5; "
         "2026-01-10T07:00:04Z 48.1 11.5; 2026-01-10T07:00:05Z 48.1 11.5 alt 500 speed 2 acc 13",
         "missing_lon at 2"},
        {"timeline",
         R"([{"startTime":"2026-01-10T08:00:00.000+01:00","endTime":"2026-01-10T07:10:00Z","timelinePath":[{"point":"geo:48.1,11.5","durationMinutesOffsetFromStartTime":"0"},{"point":"geo:48.2,11.5","durationMinutesOffsetFromStartTime":"2"},{"point":"geo:48.2,11.5"}]},
{"startTime":"2026-01-10T07:00:00Z","endTime":"2026-01-10T07:00:01Z","visit":{"topCandidate":{"placeLocation":"geo:48.1,11.5"}}},
{"startTime":"2026-01-10T07:00:00Z","endTime":"2026-01-10T07:00:01Z","activity":{"start":"geo:48.1,11.5","end":"geo:48.1,11.5"}}])",
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:02:00Z 48.2 11.5; "
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.1 11.5; "
         "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.1 11.5",
         "bad_time at 1"},
    });
}

TEST_CASE("what is no file of positions is told in words") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "the file is empty"},
        {" \n", "the file is empty"},
        {"PK\x03\x04", "ZIP archive"},
        {"\x1F\x8B\x08", "packed by gzip"},
        {std::string_view("\xFF\xFEt\0i\0", 6), "UTF-16"},
        {"Dear diary\n", "none of the formats"},
        {"<html></html>", "none of the formats"},
        {R"({"name":1})", "none of the formats"},
    };
    for (const auto& [text, words] : cases) {
        const std::string problem = read_track("", text).problem;
        CAPTURE(problem);
        CHECK(problem.find(words) != std::string::npos);
    }
    CHECK(read_track("gpx", "<html></html>").problem ==
          "line 1: this is XML, and no GPX: it begins with <html>");
    CHECK(read_track("kml", "<gpx></gpx>").problem ==
          "line 1: this is XML, and no KML: it begins with <gpx>");
}

TEST_CASE("what came before the place where a file breaks is there") {
    const ReadTrack track = read_track("gpx",
                                       "<gpx><trk><trkseg>\n<trkpt lat=\"48.1\" "
                                       "lon=\"11.5\"><time>2026-01-10T07:00:00Z</time></trkpt>\n"
                                       "<trkpt lat=");
    CHECK(described(track.fixes) == kPlace);
    CHECK(track.problem == "line 3: broken XML: unclosed token");
}
