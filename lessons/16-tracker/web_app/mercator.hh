// The flat map that browsers draw: web mercator, scaled to the unit square. x runs from 0 at 180 W
// to 1 at 180 E, y from 0 at 85.05 N to 1 at 85.05 S; at zoom z a screen has 256 x 2^z pixels for
// each. What went on past the date line has an x below 0 or above 1.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace waymark::tracker {

inline double mercator_x(double longitude_deg) {
    return longitude_deg / 360 + 0.5;
}

// The poles, which the map does not have, are taken for 89.9 degrees.
inline double mercator_y(double latitude_deg) {
    constexpr double kRadians = 3.14159265358979323846 / 180;
    const double sine = std::sin(std::clamp(latitude_deg, -89.9, 89.9) * kRadians);
    return 0.5 - std::log((1 + sine) / (1 - sine)) / (4 * 3.14159265358979323846);
}

// The copy of `x`, whole worlds to the east or west, that is nearest to `reference`.
inline double nearest_copy(double x, double reference) {
    return x + std::round(reference - x);
}

// `west` <= `east`, which are at most one world apart, and `north` <= `south`.
struct MapBox {
    double west = 0;
    double east = 1;
    double north = 0;
    double south = 1;
};

// The box with a rim of `share` of its own size on each side.
inline MapBox with_rim(const MapBox& box, double share) {
    const double x = (box.east - box.west) * share, y = (box.south - box.north) * share;
    return {box.west - x, box.east + x, box.north - y, box.south + y};
}

}  // namespace waymark::tracker
