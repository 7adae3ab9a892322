// Distances on the earth, and a flat map of a small piece of it. The sphere is the one that the
// figures of other programs use, so that a trip's length can be compared with theirs; the error
// against the true ellipsoid is below 0.6 %.

#pragma once

namespace waymark::tracker {

inline constexpr double kEarthRadiusM = 6371008.8;  // the mean radius of WGS 84

struct Place {
    double latitude_deg = 0;
    double longitude_deg = 0;
};

// Metres along the great circle, by the haversine formula: unlike the arc cosine it keeps its
// precision when the places are a step apart.
double distance_m(Place from, Place to);

// Metres east and north of a point.
struct Metres {
    double east = 0;
    double north = 0;
};

double length(Metres vector);
Metres operator+(Metres a, Metres b);
Metres operator-(Metres a, Metres b);
Metres operator*(Metres vector, double factor);
// Degrees clockwise from north, 0 up to 360.
double course_deg(Metres direction);

// A flat map around `origin`. Good to a part in a thousand within 50 km; no use at the poles.
class FlatMap {
  public:
    explicit FlatMap(Place origin);
    Place place(Metres offset) const;
    Metres offset(Place place) const;

  private:
    Place origin_;
    double metres_per_degree_east_;
};

}  // namespace waymark::tracker
