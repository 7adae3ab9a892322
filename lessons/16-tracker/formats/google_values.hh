// Places and times as Google's files have them.

#pragma once

#include <cstdint>
#include <string_view>

#include "formats/imported_points.hh"
#include "protocols/json_reader.hh"

namespace waymark::tracker {

// The members of an object; none of what is no object.
JsonMembers members_of(const JsonValue& value);

// Sets the place from two members in degrees x 10^7.
void read_place_e7(const JsonMembers& members, std::string_view latitude,
                   std::string_view longitude, ReportedPoint& point);
// Sets it from "48.1°, 11.5°", "48.1, 11.5" or "geo:48.1,11.5".
void read_place_text(const JsonValue& value, ReportedPoint& point);

// Takes the point at a time that is a text, or milliseconds; or counts why it cannot be.
void take_at(const JsonValue& time, ReportedPoint point, std::uint64_t line,
             ImportedPoints& points);

}  // namespace waymark::tracker
