// For tests of trip files: what is said against one, and a file around the points of a track.

#pragma once

#include <string>
#include <string_view>

#include "daemon/error.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

inline std::string complaint_about(std::string_view bytes) {
    try {
        parse_trip(bytes, "trip");
    } catch (const daemon::UsageError& error) {
        return error.what();
    }
    return "none";
}

inline std::string gpx(std::string_view points) {
    return "<gpx version='1.1'><trk><trkseg>" + std::string(points) + "</trkseg></trk></gpx>";
}

}  // namespace waymark::tracker
