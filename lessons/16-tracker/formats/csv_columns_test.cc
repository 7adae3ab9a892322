// Which columns a CSV has: names with their units, and a date beside a time.

#include "formats/csv_columns.hh"

#include <doctest/doctest.h>

#include "formats/tested_reader.hh"

using namespace waymark::tracker;

TEST_CASE("a unit behind a name says which column it is, and another word says that it is none") {
    struct NameCase {
        const char* name;
        CsvColumn column;
    };
    for (const NameCase& each : {NameCase{"speed", CsvColumn::speed},
                                 {"Speed (m/s)", CsvColumn::speed},
                                 {"Speed (km/h)", CsvColumn::speed_kmh},
                                 {"SPEED [KN]", CsvColumn::speed_knots},
                                 {"speed kmh", CsvColumn::speed_kmh},
                                 {"Speed (mph)", CsvColumn::other},
                                 {"speed accuracy (m/s)", CsvColumn::other},
                                 {"Altitude (m)", CsvColumn::altitude},
                                 {"Altitude(m)", CsvColumn::altitude},
                                 {"Altitude (ft)", CsvColumn::other},
                                 {"altitude accuracy", CsvColumn::other},
                                 {"Longitude [\xC2\xB0]", CsvColumn::longitude},
                                 {"Time (UTC)", CsvColumn::time},
                                 {"time zone", CsvColumn::other},
                                 {"Time (local)", CsvColumn::other},
                                 {"battery (%)", CsvColumn::battery},
                                 {"battery voltage", CsvColumn::other},
                                 {"()", CsvColumn::other},
                                 {"", CsvColumn::other}}) {
        INFO(each.name);
        CHECK(csv_column_called(each.name) == each.column);
    }
}

TEST_CASE("a speed in km/h comes in as m/s, and an altitude in feet does not come in") {
    const ReadTrack track = read_track(
        "csv",
        "Time (UTC),Speed accuracy (m/s),Latitude [deg],Longitude [\xC2\xB0],Altitude (ft),"
        "Speed (km/h),Course (deg)\n2026-01-10T07:00:00Z,3,48.1,11.5,1000,36,90\n");
    CHECK(described(track.fixes) == "2026-01-10T07:00:00Z 48.1 11.5 speed 10 course 90");
    CHECK(read_track("csv", "time zone,lat,lon\n1,2,3\n").problem ==
          "line 1: these are no names of columns with a time, a latitude and a longitude");
}

TEST_CASE("a date is put together with a time of day, and not with a time that says the day") {
    const ReadTrack track = read_track("csv",
                                       "date,timestamp,lat,lon\n"
                                       "2026-01-10,07:00:00,48.1,11.5\n"
                                       "2026-01-10,2026-01-10T07:00:01Z,48.1,11.5\n"
                                       "2026-01-10,1768028402,48.1,11.5\n"
                                       "2026-01-10,7 o'clock,48.1,11.5\n"
                                       "2026-01-10,070000,48.1,11.5\n");
    CHECK(described(track.fixes) ==
          "2026-01-10T07:00:00Z 48.1 11.5; 2026-01-10T07:00:01Z 48.1 11.5; "
          "2026-01-10T07:00:02Z 48.1 11.5");
    CHECK(track.refused == "bad_time x2 at 5");
}
