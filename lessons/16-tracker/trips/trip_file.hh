// Trip files of three kinds, told apart by their content and not by their name: GPX 1.0 and 1.1
// (tracks only: way points and planned routes are not where somebody was; several that were joined
// are read one after the other), rows of JSON with points in WKT, and NMEA 0183 logs, which may
// begin with other lines if a sentence with a place comes within the first 64 KiB. They are in
// UTF-8 or UTF-16. Broken XML or JSON is refused whole, in one line that says where; of a log what
// is broken is passed over, and the trip's remarks count it.

#pragma once

#include <string>
#include <string_view>

#include "trips/trip.hh"

namespace waymark::tracker {

// Reads `path`. Throws UsageError for a file that is not a trip or is broken (it names the file and
// the line, byte or row), and std::system_error when it cannot be read. A file without any time is
// an empty trip.
Trip read_trip(const std::string& path, MissingTimes missing = MissingTimes::leave_out);

// The same for bytes in memory; `name` is what messages call them.
Trip parse_trip(std::string_view bytes, std::string_view name,
                MissingTimes missing = MissingTimes::leave_out);

// The kinds, one file each. Points may lack a time. They throw UsageError as read_trip does.
Trip parse_gpx(std::string_view bytes, std::string_view name);
Trip parse_json_rows(std::string_view bytes, std::string_view name);
Trip parse_nmea(std::string_view bytes, std::string_view name);

// A number as files write it: as parse_number has it, and with white space around it or a plus
// before it, which the decimal of XML Schema allows (XML Schema 1.1 part 2, 3.3.3). Nothing for
// other text.
std::optional<double> number_in(std::string_view text);

// The line, from 1, of the byte at `offset`.
std::size_t line_at(std::string_view bytes, std::size_t offset);

}  // namespace waymark::tracker
