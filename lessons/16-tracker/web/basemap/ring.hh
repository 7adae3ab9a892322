// From lines on the globe to lines on a flat map.
//
// The source's rings are stitched for a sphere: one that crosses the date line jumps from 180 to
// -180 degrees between two places. Drawn on a flat map, Russia and Fiji smear into bands right
// round the world. So each step takes the short way round, and longitudes run on past 180. A ring
// that has gone once round the globe when it ends (Antarctica) has the pole inside: it is closed
// far below the edge of the map. The source marks the pole itself by a ring of its own; that is
// dropped.

#pragma once

#include <cstdint>
#include <vector>

#include "web/basemap/topology.hh"

namespace waymark::tracker::basemap {

// A place on the web-mercator map (EPSG:3857): the world is kWorldSize units wide, x grows to the
// east from 180 W, y to the south from 85.0511 N. A unit is 306 m at the equator; the source's own
// grid has 400 m.
inline constexpr int kGridBits = 17;
inline constexpr std::int32_t kWorldSize = 1 << kGridBits;

struct GridPoint {
    std::int32_t x = 0;
    std::int32_t y = 0;
    friend bool operator==(GridPoint, GridPoint) = default;
};
using GridLine = std::vector<GridPoint>;

// The same line with no step of more than 180 degrees of longitude.
Line unwrap(Line line);

// How often and in which direction an unwrapped ring goes round the globe: 0, or +-1 if a pole is
// inside.
int turns(const Line& ring);

// To the map. Points that fall on the point before them are left out; latitudes beyond 89 degrees
// are drawn at 89, which is already below the edge of the map.
GridLine project(const Line& line);

// A ring of the source as rings on the map: unwrapped, closed over the pole if need be, projected.
// Empty for a ring that is too small to be seen or that only marks the pole.
GridLine flatten_ring(const Line& ring);

}  // namespace waymark::tracker::basemap
