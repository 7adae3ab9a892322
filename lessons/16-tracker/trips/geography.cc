#include "trips/geography.hh"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waymark::tracker {

namespace {
constexpr double kRadiansPerDegree = std::numbers::pi / 180;
constexpr double kMetresPerDegreeNorth = kEarthRadiusM * kRadiansPerDegree;

double half_angle_sine_squared(double degrees) {
    const double sine = std::sin(degrees * kRadiansPerDegree / 2);
    return sine * sine;
}
}  // namespace

double distance_m(Place from, Place to) {
    const double h = half_angle_sine_squared(to.latitude_deg - from.latitude_deg) +
                     std::cos(from.latitude_deg * kRadiansPerDegree) *
                         std::cos(to.latitude_deg * kRadiansPerDegree) *
                         half_angle_sine_squared(to.longitude_deg - from.longitude_deg);
    // Rounding may push h above 1 for two ends of the earth, and asin would answer NaN.
    return 2 * kEarthRadiusM * std::asin(std::sqrt(std::min(1.0, h)));
}

double length(Metres vector) {
    return std::hypot(vector.east, vector.north);
}

Metres operator+(Metres a, Metres b) {
    return {a.east + b.east, a.north + b.north};
}

Metres operator-(Metres a, Metres b) {
    return {a.east - b.east, a.north - b.north};
}

Metres operator*(Metres vector, double factor) {
    return {vector.east * factor, vector.north * factor};
}

double course_deg(Metres direction) {
    const double degrees = std::atan2(direction.east, direction.north) / kRadiansPerDegree;
    return degrees < 0 ? degrees + 360 : degrees;
}

FlatMap::FlatMap(Place origin)
    : origin_(origin),
      metres_per_degree_east_(kMetresPerDegreeNorth *
                              std::cos(origin.latitude_deg * kRadiansPerDegree)) {}

Place FlatMap::place(Metres offset) const {
    return {origin_.latitude_deg + offset.north / kMetresPerDegreeNorth,
            origin_.longitude_deg + offset.east / metres_per_degree_east_};
}

Metres FlatMap::offset(Place place) const {
    return {(place.longitude_deg - origin_.longitude_deg) * metres_per_degree_east_,
            (place.latitude_deg - origin_.latitude_deg) * kMetresPerDegreeNorth};
}

}  // namespace waymark::tracker
