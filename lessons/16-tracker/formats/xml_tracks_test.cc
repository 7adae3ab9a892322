// What looks like a time or an altitude in GPX and KML, and is none of the position.

#include <doctest/doctest.h>

#include "formats/tested_reader.hh"

using namespace waymark::tracker;

TEST_CASE("GPX: time and altitude are the point's own, speed and course also a vendor's") {
    const ReadTrack track = read_track(
        "gpx",
        "<gpx><trk><trkseg>"
        "<trkpt lat='48.1' lon='11.5'><ele>500</ele><time>2026-01-10T07:00:00Z</time><extensions>"
        "<x:fix><time>2020-01-01T00:00:00Z</time><ele>9</ele><speed>2</speed></x:fix></extensions>"
        "</trkpt>"
        "<trkpt lat='48.2' lon='11.5'><extensions><time>2020-01-01T00:00:00Z</time></extensions>"
        "</trkpt>"
        "<trkpt lat='48.3' lon='11.5'><time>2026-01-10T07:00:02Z</time></trkpt>"
        "</trkseg></trk></gpx>");
    CHECK(track.problem.empty());
    CHECK(described(track.fixes) ==
          "2026-01-10T07:00:00Z 48.1 11.5 alt 500 speed 2; 2026-01-10T07:00:02Z 48.3 11.5");
    CHECK(track.refused == "missing_time at 1");
}

TEST_CASE("KML: the time of a view is that of a picture, and not of the place") {
    const auto placemark = [](std::string_view time) {
        return fmt::format(
            "<kml><Placemark><LookAt><gx:TimeStamp><when>2020-01-01T00:00:00Z</when>"
            "</gx:TimeStamp></LookAt>{}<Point><coordinates>11.5,48.1</coordinates></Point>"
            "<Camera><gx:TimeSpan><begin>2020-01-01T00:00:00Z</begin></gx:TimeSpan></Camera>"
            "</Placemark></kml>",
            time);
    };
    const ReadTrack timed =
        read_track("kml", placemark("<TimeStamp><when>2026-01-10T07:00:00Z</when></TimeStamp>"));
    CHECK(described(timed.fixes) == "2026-01-10T07:00:00Z 48.1 11.5");
    const ReadTrack bookmark = read_track("kml", placemark(""));
    CHECK(bookmark.fixes.empty());
    CHECK(bookmark.refused == "missing_time at 1");
}
