#include "store/places.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/trip_corrections.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

struct OpenedPlaces {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Places places{connection};
    TripCorrections corrections{connection};
};

NamedPlace circle(std::string name, double latitude, double longitude, double radius_m) {
    return {0, std::move(name), {latitude, longitude}, radius_m};
}

}  // namespace

TEST_CASE("a place is added, changed and removed, and its number is not used again") {
    OpenedPlaces opened;
    const std::int64_t home = opened.places.add(circle("Home", 48.14, 11.57, 75), 5);
    opened.places.add(circle("Allotment", -17.5, -179.99, 20), 5);
    REQUIRE(opened.places.list().size() == 2);
    CHECK(opened.places.list()[0].name == "Allotment");
    CHECK(opened.places.list()[0].middle.longitude_deg == -179.99);
    NamedPlace changed = circle("Zuhause 🏠", 48.15, 11.58, 120.5);
    changed.number = home;
    opened.places.change(changed);
    CHECK(opened.places.list()[1].name == "Zuhause 🏠");
    CHECK(opened.places.list()[1].radius_m == 120.5);
    opened.places.remove(home);
    CHECK(opened.places.list().size() == 1);
    CHECK(opened.places.add(circle("Home", 48.14, 11.57, 75), 5) > home + 1);
}

TEST_CASE("what a person must correct is said, and changes nothing") {
    OpenedPlaces opened;
    const std::int64_t home = opened.places.add(circle("Home", 48.14, 11.57, 75), 5);
    CHECK_THROWS_AS(opened.places.add(circle("Home", 1, 1, 75), 5), UsageError);
    for (const char* name : {"", " ", "a\nb", "\xff", " x"})
        CHECK_THROWS_AS(opened.places.add(circle(name, 1, 1, 75), 5), UsageError);
    CHECK_THROWS_AS(opened.places.add(circle(std::string(65, 'x'), 1, 1, 75), 5), UsageError);
    for (const double radius : {0.0, 19.9, 50'000.1, -5.0})
        CHECK_THROWS_AS(opened.places.add(circle("x", 1, 1, radius), 5), UsageError);
    CHECK_THROWS_AS(opened.places.add(circle("x", 90.1, 1, 75), 5), UsageError);
    CHECK_THROWS_AS(opened.places.remove(home + 1), UsageError);
    NamedPlace other = circle("School", 1, 1, 75);
    other.number = home + 1;
    CHECK_THROWS_AS(opened.places.change(other), UsageError);
    REQUIRE(opened.places.list().size() == 1);
    CHECK(opened.places.list()[0].name == "Home");
    // Its own name is not taken.
    NamedPlace moved = circle("Home", 2, 2, 75);
    moved.number = home;
    CHECK_NOTHROW(opened.places.change(moved));
}

TEST_CASE("there is a bound to how many there are") {
    OpenedPlaces opened;
    for (int i = 0; i < Places::kMost; ++i)
        opened.places.add(circle("place " + std::to_string(i), 1, 1, 75), 5);
    CHECK_THROWS_AS(opened.places.add(circle("one more", 1, 1, 75), 5), UsageError);
}

TEST_CASE("a stay is called after the nearest place whose circle holds it") {
    const std::vector<NamedPlace> places{circle("Town", 48.14, 11.57, 3000),
                                         circle("Home", 48.141, 11.571, 100),
                                         circle("Date line", 0, 179.9999, 100)};
    CHECK(place_around(places, {48.1411, 11.5711})->name == "Home");
    CHECK(place_around(places, {48.15, 11.57})->name == "Town");
    CHECK(place_around(places, {49, 11.57}) == nullptr);
    CHECK(place_around(places, {0, -179.9999})->name == "Date line");
    CHECK(place_around({}, {0, 0}) == nullptr);
}

TEST_CASE("corrections are kept by device and moment, and go with the device") {
    OpenedPlaces opened;
    Devices(opened.connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0);
    const auto first = opened.corrections.add(1, SegmentCorrection::Kind::split, 1000, 5);
    const auto second = opened.corrections.add(1, SegmentCorrection::Kind::stayed, 500, 6);
    opened.corrections.add(2, SegmentCorrection::Kind::on_the_way, 1000, 7);
    const auto list = opened.corrections.list(1, 500, 1001);
    REQUIRE(list.size() == 2);
    CHECK(list[0].number == first);
    CHECK(list[1].kind == SegmentCorrection::Kind::stayed);
    CHECK(opened.corrections.list(1, 501, 1000).empty());
    CHECK_THROWS_AS(opened.corrections.add(9, SegmentCorrection::Kind::split, 1, 5), UsageError);
    CHECK_THROWS_AS(opened.corrections.remove(2, first), UsageError);
    opened.corrections.remove(1, first);
    CHECK_THROWS_AS(opened.corrections.remove(1, first), UsageError);
    CHECK(opened.corrections.list(1, 0, 2000)[0].number == second);
    Devices(opened.connection).remove("van", 0);
    CHECK(opened.connection.number("SELECT count(*) FROM trip_correction") == 1);
}
