#include "trips/place_area.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "daemon/error.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr Place kTown{48.137154, 11.576124};

// Corners at so many metres east and north of the town.
std::vector<Place> shape(const std::vector<Metres>& corners, Place around = kTown) {
    std::vector<Place> places;
    for (const Metres corner : corners) {
        Place place = FlatMap(around).place(corner);
        place.longitude_deg = std::remainder(place.longitude_deg, 360.0);
        places.push_back(place);
    }
    return places;
}

Place spot_at(double east, double north, Place around = kTown) {
    return FlatMap(around).place({east, north});
}

const std::vector<Metres> kSquare{{-100, -100}, {100, -100}, {100, 100}, {-100, 100}};
// A horseshoe that is open to the north.
const std::vector<Metres> kHorseshoe{{-150, -150}, {150, -150}, {150, 150}, {50, 150},
                                     {50, -50},    {-50, -50},  {-50, 150}, {-150, 150}};

}  // namespace

TEST_CASE("the distance from a circle's border is less than 0 within") {
    const PlaceArea area = PlaceArea::circle(kTown, 75);
    CHECK(area.beyond_border_m(kTown) == doctest::Approx(-75));
    CHECK(area.beyond_border_m(spot_at(100, 0)) == doctest::Approx(25).epsilon(0.01));
    CHECK(area.breadth_m() == 75);
    CHECK_FALSE(area.is_polygon());
}

TEST_CASE("the distance from a polygon's border is that to its nearest edge") {
    const PlaceArea area = PlaceArea::polygon(shape(kSquare));
    CHECK(area.beyond_border_m(kTown) == doctest::Approx(-100).epsilon(0.01));
    CHECK(area.beyond_border_m(spot_at(90, 0)) == doctest::Approx(-10).epsilon(0.02));
    CHECK(area.beyond_border_m(spot_at(130, 0)) == doctest::Approx(30).epsilon(0.01));
    CHECK(area.beyond_border_m(spot_at(130, 140)) == doctest::Approx(50).epsilon(0.01));
    CHECK(area.middle().latitude_deg == doctest::Approx(kTown.latitude_deg));
    CHECK(area.radius_m() == doctest::Approx(141.4).epsilon(0.01));
    CHECK(area.breadth_m() == doctest::Approx(100).epsilon(0.01));
    // Far away it may be less, and never more.
    CHECK(area.beyond_border_m(spot_at(10'100, 0)) == doctest::Approx(9'959).epsilon(0.01));
}

TEST_CASE("what a polygon leaves out is outside, and the order of its corners is all the same") {
    std::vector<Place> corners = shape(kHorseshoe);
    for (int turn = 0; turn < 2; ++turn) {
        const PlaceArea area = PlaceArea::polygon(corners);
        CHECK_FALSE(area.contains(spot_at(0, 50)));
        CHECK(area.beyond_border_m(spot_at(0, 50)) == doctest::Approx(50).epsilon(0.01));
        CHECK(area.contains(spot_at(100, 100)));
        CHECK(area.contains(spot_at(-100, 100)));
        CHECK(area.contains(spot_at(0, -100)));
        CHECK_FALSE(area.contains(spot_at(0, -160)));
        std::reverse(corners.begin(), corners.end());
    }
}

TEST_CASE("a polygon may lie across the 180th meridian") {
    const Place date_line{-17.5, 180};
    const std::vector<Place> corners = shape(kSquare, date_line);
    REQUIRE(corners[0].longitude_deg > 179);
    REQUIRE(corners[1].longitude_deg < -179);
    const PlaceArea area = PlaceArea::polygon(corners);
    CHECK(area.radius_m() == doctest::Approx(141.4).epsilon(0.01));
    CHECK(area.contains({-17.5, 179.9995}));
    CHECK(area.contains({-17.5, -179.9995}));
    CHECK(area.contains({-17.5, 180}));
    CHECK_FALSE(area.contains({-17.5, 0}));
    CHECK_FALSE(area.contains({-17.5, 179.998}));
}

TEST_CASE("a shape that is none is refused in words") {
    const auto refusal = [](const std::vector<Place>& corners) -> std::string {
        try {
            PlaceArea::polygon(corners);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "";
    };
    const auto says = [&](const std::vector<Metres>& corners, const std::string& words) {
        CAPTURE(words);
        CAPTURE(refusal(shape(corners)));
        CHECK(refusal(shape(corners)).find(words) != std::string::npos);
    };
    says(kSquare, "");
    CHECK(refusal(shape(kSquare)).empty());
    says({{0, 0}, {100, 100}}, "3 to 100 corners");
    CHECK(refusal(std::vector<Place>(101, kTown)).find("3 to 100") != std::string::npos);
    says({{-100, -100}, {100, 100}, {100, -100}, {-100, 100}}, "crosses");
    says({{0, 0}, {100, 0}, {100, 0}, {100, 100}}, "crosses or touches");
    // A corner on another edge.
    says({{-100, 0}, {100, 0}, {100, 100}, {0, 0}, {-100, 100}}, "crosses or touches");
    says({{0, 0}, {1000, 0}, {1000, 15}, {0, 15}}, "narrower");
    says({{0, 0}, {90'000, 0}, {90'000, 90'000}}, "farther than 50 km");
    CHECK(refusal(shape(kSquare, {86, 10})).find("pole") != std::string::npos);
    CHECK(refusal({{91, 0}, {0, 1}, {1, 0}}).find("not on the earth") != std::string::npos);
    CHECK(refusal({{std::nan(""), 0}, {0, 1}, {1, 0}}).find("not on the") != std::string::npos);
    CHECK_THROWS_AS(PlaceArea::circle(kTown, std::nan("")), UsageError);
}

TEST_CASE("corners are read as they were written") {
    const std::vector<Place> corners{{-17.5, 179.9999999}, {48.1234567, -0.0000001}};
    const std::vector<Place> again = corners_from_text(to_text(corners));
    REQUIRE(again.size() == 2);
    CHECK(again[0].longitude_deg == 179.9999999);
    CHECK(again[1].longitude_deg == -0.0000001);
    CHECK(to_text(again) == to_text(corners));
    CHECK(corners_from_text("").empty());
    CHECK_THROWS_AS(corners_from_text("1 2 3"), UsageError);
    CHECK_THROWS_AS(corners_from_text("1 x"), UsageError);
}
