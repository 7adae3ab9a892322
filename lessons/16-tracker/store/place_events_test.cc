#include "store/place_events.hh"

#include <doctest/doctest.h>

#include "daemon/folder_under_test.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

const auto kAllDevices = [](DeviceNumber) { return true; };

}  // namespace

TEST_CASE("only the newest events are kept") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    Devices(connection).add({{"van", {"7"}, {}, {}}}, 0);
    const PlaceEvent event{.device = 1, .place = 1, .place_name = "Home"};
    PlaceEvents events(connection);
    events.add(event);
    connection.execute("UPDATE sqlite_sequence SET seq = 100000 WHERE name = 'place_event'");
    CHECK(events.add(event) == PlaceEvents::kMost + 1);
    CHECK(events.list(kAllDevices, 10).size() == 1);
}

TEST_CASE("of a device that is being removed nothing is told any more") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
    PlaceEvents events(connection);
    for (const DeviceNumber device : {1, 2})
        events.add({.device = device, .place = 1, .place_name = "Home"});
    DeviceEdits(connection).begin_removal(1, 5);
    const auto left = events.list(kAllDevices, 10);
    REQUIRE(left.size() == 1);
    CHECK(left[0].device == 2);
}
