#include "web/basemap/label.hh"

#include <algorithm>

namespace waymark::tracker::basemap {
namespace {

// How many lines of latitude are tried between a ring's north and south end.
constexpr int kScanLines = 16;

double area(const GridLine& ring) {
    double twice = 0;
    for (std::size_t i = 0; i + 1 < ring.size(); ++i)
        twice += static_cast<double>(ring[i].x) * ring[i + 1].y -
                 static_cast<double>(ring[i + 1].x) * ring[i].y;
    return std::abs(twice) / 2;
}

// The x of every edge of the ring that crosses the line y + 0.5, from west to east. Half a unit
// down, no corner lies on the line.
std::vector<std::int32_t> crossings(const GridLine& ring, std::int32_t y) {
    std::vector<std::int32_t> found;
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
        const GridPoint a = ring[i];
        const GridPoint b = ring[i + 1];
        if ((a.y <= y) == (b.y <= y)) continue;
        const double part = (y + 0.5 - a.y) / (b.y - a.y);
        found.push_back(a.x + static_cast<std::int32_t>(part * (b.x - a.x)));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

LabelPlace label_place(const std::vector<GridLine>& rings) {
    const auto largest =
        std::max_element(rings.begin(), rings.end(),
                         [](const GridLine& a, const GridLine& b) { return area(a) < area(b); });
    if (largest == rings.end() || largest->empty()) return {};
    const auto [north, south] = std::minmax_element(
        largest->begin(), largest->end(), [](GridPoint a, GridPoint b) { return a.y < b.y; });
    LabelPlace best;
    for (int line = 1; line < kScanLines; ++line) {
        const std::int32_t y = north->y + (south->y - north->y) / kScanLines * line;
        const std::vector<std::int32_t> edges = crossings(*largest, y);
        for (std::size_t i = 0; i + 1 < edges.size(); i += 2) {
            const std::int32_t width = edges[i + 1] - edges[i];
            if (width > best.width) best = {{edges[i] + width / 2, y}, width};
        }
    }
    return best;
}

}  // namespace waymark::tracker::basemap
