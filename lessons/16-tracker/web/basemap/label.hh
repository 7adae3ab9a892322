// Where a country's name stands: in the middle of the widest place inside its largest ring. The
// width of that place is kept too, so that the page can leave out a name that would not fit.

#pragma once

#include <cstdint>
#include <vector>

#include "web/basemap/ring.hh"

namespace waymark::tracker::basemap {

struct LabelPlace {
    GridPoint point;
    std::int32_t width = 0;  // grid units of land left and right of the point together; 0: no place
};

// `rings` are one country's rings on the map.
LabelPlace label_place(const std::vector<GridLine>& rings);

}  // namespace waymark::tracker::basemap
