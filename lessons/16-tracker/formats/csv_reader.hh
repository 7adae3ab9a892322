// CSV (RFC 4180): columns by the names in the first line, in any order and any case. Known are
//   time                   time, timestamp, datetime, date_time, utc, tst, time_ms; or two
//                          columns, date and time, which are put together (unless the time says
//                          the day itself)
//   latitude, lat, y       degrees north
//   longitude, lon, lng, long, x   degrees east
//   altitude, altitude_m, alt, ele, elevation      metres
//   speed, speed_mps, velocity   m/s;   speed_kmh   km/h;   speed_knots   knots
//   course, course_deg, bearing, heading, track    degrees
//   accuracy, accuracy_m, acc    metres
//   battery, battery_percent, batt   percent
// Behind a name may stand its unit, as in "altitude (m)" or "speed [km/h]": km/h and knots are
// converted, and a column with another word there ("altitude (ft)", "speed accuracy", "time zone")
// is left out, as other columns are. Columns are parted by comma, semicolon or tab, whichever the
// first line has most; with semicolons a comma is the decimal point. Quoted fields are of one line.

#pragma once

#include <memory>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

std::unique_ptr<TrackReader> make_csv_reader(ImportedPoints& points);

// Whether a first line names what a position needs.
bool is_csv_header(std::string_view line);

}  // namespace waymark::tracker
