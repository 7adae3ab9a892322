// Reads the world outline as the npm package world-atlas ships it: TopoJSON, in which a stretch of
// coast or border that two shapes share (an arc) is stored once, as whole numbers, and shapes are
// lists of arc numbers. What comes out are plain lines in degrees.
//
// A wrong file is a UsageError that names it. Nothing is repaired here: the lines still jump at
// the date line, see ring.hh.

#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker::basemap {

struct Place {
    double longitude_deg = 0;
    double latitude_deg = 0;
};
using Line = std::vector<Place>;

struct Country {
    std::string name;         // UTF-8, as the source spells it
    std::vector<Line> rings;  // closed: the last place is the first one
};

struct World {
    std::vector<Line> land;     // closed rings; holes (the Caspian Sea) are rings like others
    std::vector<Line> borders;  // open lines, each once: the arcs that two countries share
    std::vector<Country> countries;
};

// `file_name` is for messages. Needs the objects "land" and "countries". Throws UsageError.
World read_topology(std::istream& input, std::string_view file_name);

}  // namespace waymark::tracker::basemap
