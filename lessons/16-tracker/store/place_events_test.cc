#include "store/place_events.hh"

#include <doctest/doctest.h>

#include "store/database_under_test.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;

namespace {

const auto kAllDevices = [](DeviceNumber) { return true; };

}  // namespace

TEST_CASE("only the newest events are kept") {
    const DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Devices(connection).add({{"van", {"7"}, {}, {}}}, 0);
    const PlaceEvent event{.device = 1, .place = 1, .place_name = "Home"};
    PlaceEvents events(connection);
    // Ten more than are kept, with gaps between their numbers.
    connection.execute(
        "INSERT INTO place_event (number, device, place, place_name, kind, time_ms, noticed_ms) "
        "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < "
        "100010) SELECT 3 * n, 1, 1, 'Old', 1, n, n FROM series");
    std::int64_t added = 0, newest = 1;
    const auto count = [&] { return connection.number("SELECT count(*) FROM place_event"); };
    for (; newest % PlaceEvents::kBetweenForgetting != 0; ++added) {
        CHECK(count() == 100'010 + added);
        newest = events.add(event);
    }
    CHECK(count() == PlaceEvents::kMost);
    // The oldest are gone: those of the first numbers.
    CHECK(connection.number("SELECT min(number) FROM place_event") == 3 * (10 + added + 1));
}

TEST_CASE("of a device that is being removed nothing is told any more") {
    const DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
    PlaceEvents events(connection);
    for (const DeviceNumber device : {1, 2})
        events.add({.device = device, .place = 1, .place_name = "Home"});
    DeviceEdits(connection).begin_removal(1, 5);
    const auto left = events.list(kAllDevices, 10);
    REQUIRE(left.size() == 1);
    CHECK(left[0].device == 2);
}
