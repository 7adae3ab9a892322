// Times as phones write them, and as we write them. Everything is UTC: a time without a zone is
// not read in the zone of whichever machine the server runs on.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fix.hh"

namespace waymark::tracker {

// Reads one of
//   1718445000, 1718445000.5, 1.7e9   seconds since 1970
//   1718445000123                     milliseconds: from 2^31 - 1 on, which is what tells them
//   apart 2024-06-15T09:50:00.25+02:00      ISO 8601; zone Z, +hh:mm, +hhmm, +hh or none for UTC
//   2024-06-15 09:50:00               the same with a space
// with blanks around it. Nothing for other text, nor for a day that the calendar has not. In a form
// a bare '+' means a space, so " 02:00" counts as "+02:00".
// The value is not judged: it may be 1970 or year 9999.
std::optional<UnixMillis> parse_time(std::string_view text);

// "2024-06-15T09:50:00Z", with three decimals only where the milliseconds are not zero.
std::string format_time(UnixMillis time);

}  // namespace waymark::tracker
