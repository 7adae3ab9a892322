#include "store/place_watch.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

constexpr Place kHome{48.137154, 11.576124};
constexpr UnixMillis kMorning = 1'768'025'565'000;
constexpr UnixMillis kAMinute = 60'000;

Fix metres_from_home(double east, UnixMillis time, std::optional<float> accuracy = 10,
                     DeviceNumber device = 1) {
    const Place place = FlatMap(kHome).place({east, 0});
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    fix.latitude_e7 = static_cast<std::int32_t>(std::llround(place.latitude_deg * 1e7));
    fix.longitude_e7 = static_cast<std::int32_t>(std::llround(place.longitude_deg * 1e7));
    fix.accuracy_m = accuracy;
    return fix;
}

// A database with two devices and a store that watches them, as services/store_service does it.
struct Watched {
    DatabaseUnderTest database;
    std::string path = database.location();
    std::unique_ptr<Store> store;
    PlaceWatch watch;
    UnixMillis now = kMorning + 24 * 60 * kAMinute;

    Watched() {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
        store = std::make_unique<Store>(path);
    }

    std::int64_t add_place(double radius_m = 100, std::string name = "Home") {
        std::int64_t number = 0;
        store->change([&](Connection& connection) {
            number = Places(connection).add({0, std::move(name), kHome, radius_m}, now);
        });
        watch.forget();
        return number;
    }

    void restart() {
        store.reset();
        store = std::make_unique<Store>(path);
        watch = PlaceWatch();
    }

    // One transaction; what came of it, as "enter 7, leave 9" with the minutes of the fixes.
    std::string send(const std::vector<Fix>& fixes, bool is_committed = true) {
        store->begin();
        for (const Fix& fix : fixes)
            if (store->add(fix) == Added::stored) watch.note(fix, now);
        std::vector<PlaceEvent> events;
        store->also([&](Connection& connection) {
            events = watch.write(connection, store->sequence(), now);
        });
        if (is_committed) {
            REQUIRE(store->commit().durable);
        } else {
            store->rollback();
            watch.forget();
        }
        std::string words;
        for (const PlaceEvent& event : events)
            words += (words.empty() ? "" : ", ") + std::string(to_text(event.kind)) + " " +
                     std::to_string((event.time_ms - kMorning) / kAMinute);
        return words;
    }
    std::string send(double east, int minute, std::optional<float> accuracy = 10) {
        return send({metres_from_home(east, kMorning + minute * kAMinute, accuracy)});
    }

    std::vector<PlaceEvent> stored() {
        std::vector<PlaceEvent> events;
        store->change([&](Connection& connection) {
            events = PlaceEvents(connection).list([](DeviceNumber) { return true; }, 1000);
        });
        return events;
    }
};

}  // namespace

TEST_CASE("who comes and goes is told once each") {
    Watched home;
    const std::int64_t place = home.add_place();
    CHECK(home.send(500, 0) == "");
    CHECK(home.send(20, 1) == "enter 1");
    CHECK(home.send(10, 2) == "");
    CHECK(home.send(500, 3) == "leave 3");
    CHECK(home.send(600, 4) == "");
    const std::vector<PlaceEvent> events = home.stored();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Passage::leave);
    CHECK(events[1].device == 1);
    CHECK(events[1].place == place);
    CHECK(events[1].place_name == "Home");
    CHECK(events[1].time_ms == kMorning + kAMinute);
    CHECK(events[1].noticed_ms == home.now);
}

TEST_CASE("noise at the border is no coming and going") {
    Watched home;
    home.add_place();
    home.send(500, 0);
    CHECK(home.send(0, 1) == "enter 1");
    // From 95 m within to 115 m: the border is at 100.
    for (int minute = 2; minute < 200; ++minute)
        CHECK(home.send(105 + 10 * std::sin(minute * 2.4), minute, 10) == "");
    // A rough one far off is no leaving, unless it is farther than it is rough.
    CHECK(home.send(900, 200, 1000) == "");
    CHECK(home.send(2500, 201, 1000) == "leave 201");
    for (int minute = 202; minute < 300; ++minute)
        CHECK(home.send(105 + 10 * std::sin(minute * 2.4), minute, 10) == "");
    CHECK(home.send(0, 300, 500) == "");  // who knows
    CHECK(home.send(0, 301) == "enter 301");
}

TEST_CASE("the rule, by distance and error") {
    const PlaceArea circle = PlaceArea::circle(kHome, 100);
    const auto judged = [&](double east, std::optional<float> accuracy) {
        return whereabouts(circle, FlatMap(kHome).place({east, 0}), accuracy);
    };
    CHECK(judged(85, 10) == Whereabouts::within);
    CHECK(judged(95, 10) == Whereabouts::undecided);
    CHECK(judged(115, 10) == Whereabouts::undecided);  // the least band
    CHECK(judged(125, 10) == Whereabouts::without);
    CHECK(judged(125, 30) == Whereabouts::undecided);
    CHECK(judged(135, 30) == Whereabouts::without);
    // At most half the breadth, and not at all if it is rougher than the place.
    CHECK(judged(45, 90) == Whereabouts::within);
    CHECK(judged(55, 90) == Whereabouts::undecided);
    CHECK(judged(0, 101) == Whereabouts::undecided);
    // Without an error, and with one that is none.
    CHECK(judged(70, std::nullopt) == Whereabouts::within);
    CHECK(judged(80, std::nullopt) == Whereabouts::undecided);
    CHECK(judged(80, -1.0F) == Whereabouts::undecided);
    CHECK(judged(130, std::nullopt) == Whereabouts::without);
    // The smallest place can be entered by a phone that is not good.
    const PlaceArea small = PlaceArea::circle(kHome, kSmallestPlaceM);
    CHECK(whereabouts(small, kHome, 60.0F) == Whereabouts::within);
}

TEST_CASE("the first that is known of a device is where it is, and no event") {
    Watched home;
    home.send(0, 0);  // before there is a place
    home.add_place();
    CHECK(home.send(0, 1) == "");
    CHECK(home.send(500, 2) == "leave 2");
    CHECK(home.send(98, 3) == "");
    home.add_place(300, "Village");
    CHECK(home.send(310, 4) == "");       // nobody can say
    CHECK(home.send(0, 5) == "enter 5");  // Home; of the village it is the first
    CHECK(home.send(5000, 6) == "leave 6, leave 6");
}

TEST_CASE("a border that is moved makes nobody come or go, and a new name changes nothing") {
    Watched home;
    const std::int64_t place = home.add_place();
    home.send(500, 0);
    CHECK(home.send(0, 1) == "enter 1");
    const auto change = [&](NamedPlace changed) {
        changed.number = place;
        home.store->change([&](Connection& connection) { Places(connection).change(changed); });
        home.watch.forget();
    };
    change({0, "Our house", kHome, 100});
    CHECK(home.send(500, 2) == "leave 2");
    CHECK(home.stored()[0].place_name == "Our house");
    CHECK(home.send(0, 3) == "enter 3");
    change({0, "Our house", kHome, 50});
    CHECK(home.send(500, 4) == "");
    CHECK(home.send(0, 5) == "enter 5");
    home.store->change([&](Connection& connection) { Places(connection).remove(place); });
    home.watch.forget();
    CHECK(home.send(500, 6) == "");
    CHECK(home.stored().size() == 4);
    // The number of an edit is not used again: for the next place nothing is known either.
    home.add_place();
    CHECK(home.send(0, 7) == "");
}

TEST_CASE("fixes are judged in the order of their times, and one that is late changes nothing") {
    Watched home;
    home.add_place();
    home.send(500, 0);
    const auto minute = [](double east, int at) {
        return metres_from_home(east, kMorning + at * kAMinute);
    };
    // A phone that gives its newest first.
    CHECK(home.send({minute(500, 9), minute(0, 8), minute(0, 7), minute(500, 6)}) ==
          "enter 7, leave 9");
    CHECK(home.send(0, 5) == "");
    CHECK(home.send(0, 8) == "");
    CHECK(home.send(500, 10) == "");
    CHECK(home.send(0, 11) == "enter 11");
    CHECK(home.send(500, 10) == "");
    // The same again, as a phone does that has not heard the answer.
    CHECK(home.send(0, 11) == "");
    CHECK(home.stored().size() == 3);
}

TEST_CASE("a fix ahead of the clock, or one that is not valid, decides nothing") {
    Watched home;
    home.add_place();
    home.send(500, 0);
    home.now = kMorning + 10 * kAMinute;
    CHECK(home.send(0, 100) == "");
    Fix invalid = metres_from_home(0, kMorning + kAMinute);
    invalid.valid = false;
    CHECK(home.send({invalid}) == "");
    CHECK(home.send(0, 2) == "enter 2");
    home.restart();
    CHECK(home.send(500, 3) == "leave 3");
}

TEST_CASE("a restart repeats nothing and loses nothing") {
    Watched home;
    home.add_place();
    const double way[] = {500, 0, 0, 500, 0, 500, 105, 0};
    std::string told;
    for (int minute = 0; minute < 8; ++minute) {
        told += home.send(way[minute], minute) + ";";
        home.restart();
        if (minute > 0) told += home.send(way[minute - 1], minute - 1);
    }
    CHECK(told == ";enter 1;;leave 3;enter 4;leave 5;;enter 7;");
    CHECK(home.stored().size() == 5);
}

TEST_CASE("what is rolled back has not happened, and happens when it comes again") {
    Watched home;
    home.add_place();
    home.send(500, 0);
    CHECK(home.send({metres_from_home(0, kMorning + kAMinute)}, false) == "enter 1");
    CHECK(home.stored().empty());
    CHECK(home.send(0, 1) == "enter 1");
    CHECK(home.stored().size() == 1);
}

TEST_CASE("each device is judged by itself, and its events go with it") {
    Watched home;
    home.add_place();
    home.send({metres_from_home(500, kMorning), metres_from_home(0, kMorning, 10, 2)});
    CHECK(home.send({metres_from_home(0, kMorning + kAMinute),
                     metres_from_home(500, kMorning + 2 * kAMinute, 10, 2)}) == "enter 1, leave 2");
    home.store->change([](Connection& connection) {
        const auto of_bike = [](DeviceNumber device) { return device == 2; };
        CHECK(PlaceEvents(connection).list(of_bike, 10).size() == 1);
        CHECK(PlaceEvents(connection).list(of_bike, 0).empty());
        const std::int64_t newest = PlaceEvents(connection).list(of_bike, 10)[0].number;
        CHECK(PlaceEvents(connection).list(of_bike, 10, newest).empty());
        Devices(connection).remove("bike", 0);
        CHECK(connection.number("SELECT count(*) FROM place_event") == 1);
        CHECK(connection.number("SELECT count(*) FROM presence WHERE device = 2") == 0);
    });
}

TEST_CASE("a polygon is entered and left as a circle is") {
    Watched home;
    const FlatMap map(kHome);
    NamedPlace park{0, "Park", {}, 0};
    park.corners = {map.place({-100, -100}), map.place({100, -100}), map.place({100, 100}),
                    map.place({-100, 100})};
    home.store->change([&](Connection& connection) {
        Places(connection).add(park, 5);
        const NamedPlace read = Places(connection).list()[0];
        CHECK(read.corners.size() == 4);
        CHECK(read.radius_m == doctest::Approx(141.4).epsilon(0.01));
        CHECK(place_around({read}, map.place({90, 90})) != nullptr);
        CHECK(place_around({read}, map.place({110, 0})) == nullptr);
    });
    home.watch.forget();
    CHECK(home.send(135, 0) == "");
    CHECK(home.send(80, 1) == "enter 1");
    CHECK(home.send(115, 2) == "");
    CHECK(home.send(135, 3) == "leave 3");
}
