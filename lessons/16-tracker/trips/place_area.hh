// The ground of a place that has a name: a circle, or a polygon. Says how far a point is from its
// border, which is what coming and going are judged by (store/place_watch).
//
// A polygon is one line of 3 to 100 corners that does not touch itself, wide enough for a phone's
// error and no wider than the largest circle. It may lie across the 180th meridian. Beyond 85
// degrees no map of ours shows it, and near a pole the flat map it is measured on is none: refused.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "trips/geography.hh"

namespace waymark::tracker {

// Smaller is less than a phone's error, larger a country.
inline constexpr double kSmallestPlaceM = 20, kLargestPlaceM = 50'000;

class PlaceArea {
  public:
    static constexpr std::size_t kFewestCorners = 3, kMostCorners = 100;
    static constexpr double kNearestToPoleDeg = 85;

    // Throws UsageError that says what is wrong and what to do.
    static PlaceArea circle(Place middle, double radius_m);
    static PlaceArea polygon(std::vector<Place> corners);

    bool is_polygon() const { return !corners_.empty(); }
    const std::vector<Place>& corners() const { return corners_; }
    // Of the circle; of a polygon the middle of its box, and the distance to its farthest corner.
    Place middle() const { return middle_; }
    double radius_m() const { return radius_m_; }

    // Metres from the border, less than 0 within. For a point farther than kFarM from a polygon's
    // circle it is the distance from that circle, which is less.
    double beyond_border_m(Place point) const;
    static constexpr double kFarM = 5'000;
    bool contains(Place point) const { return beyond_border_m(point) <= 0; }

    // Twice the area by the length of the border: the radius of a circle, and of other shapes that
    // of the largest circle within, or somewhat more, at most twice.
    double breadth_m() const { return breadth_m_; }

  private:
    PlaceArea(Place middle, double radius_m)
        : middle_(middle), radius_m_(radius_m), breadth_m_(radius_m) {}
    void lay_out();

    std::vector<Place> corners_;
    std::vector<Metres> outline_;  // the corners on the flat map around the middle
    Place middle_;
    double radius_m_;
    double breadth_m_;
};

// "48.1400000 11.5700000 ..." for the database, and back; throws as polygon().
std::string to_text(const std::vector<Place>& corners);
std::vector<Place> corners_from_text(std::string_view text);

}  // namespace waymark::tracker
