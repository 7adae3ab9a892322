// Trips, stays and places as JSON. Runs on a thread of the pool and touches nothing but what it is
// given.

#pragma once

#include <string>

#include "fix.hh"
#include "store/reader.hh"

namespace waymark::tracker {

// The members "segments" of what GET /api/trips answers (web_app/trip_api.hh): those that share a
// moment with from <= time < to, whole, in the order of time. Found anew at each call, so that late
// fixes count.
std::string read_segments(Reader& reader, DeviceNumber device, UnixMillis from, UnixMillis to);

// [{"place":3,"name":"Home","lat":48.14,"lon":11.57,"radius_m":75}], by name; a polygon has
// "corners":[[48.14,11.57],...] as well, and its middle, and the distance to its farthest corner.
std::string read_places(Reader& reader);

}  // namespace waymark::tracker
