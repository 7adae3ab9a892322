#include "web/basemap/ring.hh"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waymark::tracker::basemap {
namespace {

constexpr double kLastLatitude = 89;

// One world's height beyond the edge: a map that shows more than the world is still filled.
constexpr std::int32_t kBeyondSouth = 2 * kWorldSize;
constexpr std::int32_t kBeyondNorth = -kWorldSize;

GridPoint project(Place place) {
    const double latitude = std::clamp(place.latitude_deg, -kLastLatitude, kLastLatitude);
    const double sine = std::sin(latitude * std::numbers::pi / 180);
    const double x = place.longitude_deg / 360 + 0.5;
    const double y = 0.5 - std::log((1 + sine) / (1 - sine)) / (4 * std::numbers::pi);
    return {static_cast<std::int32_t>(std::lround(x * kWorldSize)),
            static_cast<std::int32_t>(std::lround(y * kWorldSize))};
}

bool marks_pole(const Line& ring) {
    return std::all_of(ring.begin(), ring.end(),
                       [](Place place) { return std::abs(place.latitude_deg) > kLastLatitude; });
}

}  // namespace

Line unwrap(Line line) {
    double shift = 0;
    for (std::size_t i = 1; i < line.size(); ++i) {
        const double longitude = line[i].longitude_deg + shift;
        const double step = longitude - line[i - 1].longitude_deg;
        if (step > 180) shift -= 360;
        if (step < -180) shift += 360;
        line[i].longitude_deg += shift;
    }
    return line;
}

int turns(const Line& ring) {
    if (ring.empty()) return 0;
    return static_cast<int>(
        std::lround((ring.back().longitude_deg - ring.front().longitude_deg) / 360));
}

GridLine project(const Line& line) {
    GridLine points;
    for (const Place place : line) {
        const GridPoint point = project(place);
        if (points.empty() || point != points.back()) points.push_back(point);
    }
    return points;
}

GridLine flatten_ring(const Line& ring) {
    if (marks_pole(ring)) return {};
    const Line line = unwrap(ring);
    GridLine points = project(line);
    if (turns(line) != 0) {
        const std::int32_t beyond = line.front().latitude_deg < 0 ? kBeyondSouth : kBeyondNorth;
        const GridPoint first = points.front();
        points.push_back({points.back().x, beyond});
        points.push_back({first.x, beyond});
        points.push_back(first);
    }
    // Two different points and the first again enclose nothing.
    return points.size() < 4 ? GridLine{} : points;
}

}  // namespace waymark::tracker::basemap
