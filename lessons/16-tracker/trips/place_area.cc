#include "trips/place_area.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// The same meridian, named as one that is less than half a turn from `reference`.
double near_meridian(double longitude_deg, double reference) {
    return reference + std::remainder(longitude_deg - reference, 360.0);
}

double cross(Metres a, Metres b) {
    return a.east * b.north - a.north * b.east;
}

double dot(Metres a, Metres b) {
    return a.east * b.east + a.north * b.north;
}

double distance_to_edge(Metres point, Metres from, Metres to) {
    const Metres edge = to - from;
    const double along = std::clamp(dot(point - from, edge) / dot(edge, edge), 0.0, 1.0);
    return length(point - (from + edge * along));
}

bool lies_between(Metres point, Metres from, Metres to) {
    return cross(to - from, point - from) == 0 && dot(point - from, point - to) <= 0;
}

// Whether two edges have a point in common.
bool meet(Metres a, Metres b, Metres c, Metres d) {
    const auto side = [](Metres from, Metres to, Metres point) {
        const double turn = cross(to - from, point - from);
        return (turn > 0) - (turn < 0);
    };
    if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
    return lies_between(c, a, b) || lies_between(d, a, b) || lies_between(a, c, d) ||
           lies_between(b, c, d);
}

// Neighbours share a corner and no more: the edge that follows must not lie back on this one.
bool touches_itself(const std::vector<Metres>& outline) {
    const std::size_t count = outline.size();
    const auto corner = [&](std::size_t i) { return outline[i % count]; };
    for (std::size_t i = 0; i < count; ++i) {
        if (lies_between(corner(i + 2), corner(i), corner(i + 1))) return true;
        if (lies_between(corner(i), corner(i + 1), corner(i + 2))) return true;
        for (std::size_t k = i + 2; k < count && k - i < count - 1; ++k)
            if (meet(corner(i), corner(i + 1), corner(k), corner(k + 1))) return true;
    }
    return false;
}

void require_on_earth(Place place) {
    if (!(std::abs(place.latitude_deg) <= 90) || !(std::abs(place.longitude_deg) <= 180))
        throw UsageError("the place is not on the earth");
}

}  // namespace

PlaceArea PlaceArea::circle(Place middle, double radius_m) {
    require_on_earth(middle);
    if (!(radius_m >= kSmallestPlaceM && radius_m <= kLargestPlaceM))
        throw UsageError(fmt::format("the radius must be from {} m to {} km", kSmallestPlaceM,
                                     kLargestPlaceM / 1000));
    return {middle, radius_m};
}

PlaceArea PlaceArea::polygon(std::vector<Place> corners) {
    if (corners.size() < kFewestCorners || corners.size() > kMostCorners)
        throw UsageError(fmt::format("a shape has {} to {} corners", kFewestCorners, kMostCorners));
    for (const Place corner : corners) {
        require_on_earth(corner);
        if (std::abs(corner.latitude_deg) > kNearestToPoleDeg)
            throw UsageError(
                fmt::format("a shape cannot lie beyond {} degrees, so near to a pole: use a circle",
                            kNearestToPoleDeg));
    }
    PlaceArea area({}, 0);
    area.corners_ = std::move(corners);
    area.lay_out();
    return area;
}

void PlaceArea::lay_out() {
    Place low = corners_.front(), high = low;
    for (const Place corner : corners_) {
        const double longitude =
            near_meridian(corner.longitude_deg, corners_.front().longitude_deg);
        low = {std::min(low.latitude_deg, corner.latitude_deg),
               std::min(low.longitude_deg, longitude)};
        high = {std::max(high.latitude_deg, corner.latitude_deg),
                std::max(high.longitude_deg, longitude)};
    }
    middle_ = {(low.latitude_deg + high.latitude_deg) / 2,
               std::remainder((low.longitude_deg + high.longitude_deg) / 2, 360.0)};
    for (const Place corner : corners_)
        radius_m_ = std::max(radius_m_, distance_m(middle_, corner));
    if (radius_m_ > kLargestPlaceM)
        throw UsageError(fmt::format("no corner may be farther than {} km from the shape's middle",
                                     kLargestPlaceM / 1000));
    const FlatMap map(middle_);
    double doubled_area = 0, border = 0;
    for (const Place corner : corners_)
        outline_.push_back(map.offset(
            {corner.latitude_deg, near_meridian(corner.longitude_deg, middle_.longitude_deg)}));
    for (std::size_t i = 0; i < outline_.size(); ++i) {
        const Metres next = outline_[(i + 1) % outline_.size()];
        doubled_area += cross(outline_[i], next);
        border += length(next - outline_[i]);
    }
    if (touches_itself(outline_))
        throw UsageError("the border of the shape crosses or touches itself: move a corner");
    breadth_m_ = std::abs(doubled_area) / border;
    if (breadth_m_ < kSmallestPlaceM)
        throw UsageError(
            fmt::format("the shape is narrower than a phone's error: make it some {} m wide",
                        2 * kSmallestPlaceM));
}

double PlaceArea::beyond_border_m(Place point) const {
    const double beyond_circle = distance_m(middle_, point) - radius_m_;
    if (!is_polygon() || beyond_circle > kFarM) return beyond_circle;
    const Metres here = FlatMap(middle_).offset(
        {point.latitude_deg, near_meridian(point.longitude_deg, middle_.longitude_deg)});
    double least = std::numeric_limits<double>::infinity();
    bool is_within = false;
    for (std::size_t i = 0; i < outline_.size(); ++i) {
        const Metres a = outline_[i], b = outline_[(i + 1) % outline_.size()];
        least = std::min(least, distance_to_edge(here, a, b));
        // A line from here to the east crosses the border an odd number of times.
        if ((a.north > here.north) == (b.north > here.north)) continue;
        const double share = (here.north - a.north) / (b.north - a.north);
        if (here.east < a.east + (b.east - a.east) * share) is_within = !is_within;
    }
    return is_within ? -least : least;
}

std::string to_text(const std::vector<Place>& corners) {
    std::string text;
    for (const Place corner : corners)
        fmt::format_to(std::back_inserter(text), "{}{:.7f} {:.7f}", text.empty() ? "" : " ",
                       corner.latitude_deg, corner.longitude_deg);
    return text;
}

std::vector<Place> corners_from_text(std::string_view text) {
    std::vector<double> numbers;
    while (!text.empty()) {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || numbers.size() >= 2 * PlaceArea::kMostCorners)
            throw UsageError("the corners of a place cannot be read");
        numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    if (numbers.size() % 2 != 0) throw UsageError("the corners of a place cannot be read");
    std::vector<Place> corners;
    for (std::size_t i = 0; i < numbers.size(); i += 2)
        corners.push_back({numbers[i], numbers[i + 1]});
    return corners;
}

}  // namespace waymark::tracker
