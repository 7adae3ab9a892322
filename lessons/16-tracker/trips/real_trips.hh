// For tests: the real trips, where they are there. They are no part of the project, and are looked
// for in ../shared/data/trips beside it.

#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <vector>

#include "trips/trip_file.hh"

namespace waymark::tracker {

struct RealTrip {
    std::string name;
    Trip trip;
};

inline std::vector<RealTrip> read_real_trips() {
    const std::filesystem::path folder =
        std::filesystem::path(PROTOCOLS_DIR) / "../../../../shared/data/trips";
    std::vector<RealTrip> trips;
    for (const char* name :
         {"gpx/gpxpy_korita-zbevnica.gpx", "gpx/gpxpy_cerknicko-jezero.gpx",
          "gpx/gpxpy_around-visnjan-with-car.gpx", "gpx/gpxgo_visnjan.gpx", "gpx/togeojson_run.gpx",
          "gpx/togeojson_blue_hills.gpx", "json/barefoot_x0001-001.json",
          "nmea/gpsd_bundg_zeus_9.log", "nmea/gpsd_quectel-eg25-g.log", "nmea/gpsd_haicom-305N.log",
          "nmea/gpsd_telit-he910.log", "nmea/gpsd_ublox-neo-m9n-nmea.log"}) {
        if (!std::filesystem::exists(folder / name)) continue;
        trips.push_back({name, read_trip((folder / name).string())});
    }
    if (trips.empty()) fmt::print("SKIP: real trips: {} is not there\n", folder.string());
    return trips;
}

}  // namespace waymark::tracker
