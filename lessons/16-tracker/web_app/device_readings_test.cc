#include "web_app/device_readings.hh"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using nlohmann::json;
using waymark::daemon::TemporaryFolder;

namespace {

constexpr UnixMillis kReadingsNow = 1'768'478'400'000;

const Viewer kReadingAdmin{.user = 1, .name = "owner", .role = Role::admin, .grants = {}};

// Sees device 1, may change device 2, and does not know of device 3.
Viewer reading_member() {
    Viewer viewer{.user = 2, .name = "kid", .role = Role::member, .grants = {}};
    viewer.grants = std::make_shared<const std::vector<DeviceGrant>>(
        std::vector<DeviceGrant>{{1, false}, {2, true}});
    return viewer;
}

RefusalCase refused(DeviceNumber device, std::string called) {
    RefusalCase each;
    each.status = device == 0 ? 403 : 200;
    each.device = device;
    each.reason = device == 0 ? "unknown_device" : "null_island";
    each.who = each.called = std::move(called);
    each.address = "192.0.2.7";
    each.last_ms = kReadingsNow - 1000;
    each.count = 1;
    return each;
}

}  // namespace

TEST_CASE(
    "a member reads the devices that he may see, and identifiers where he may change "
    "them") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    {
        Connection connection = open_for_writing(path);
        Devices(connection)
            .add({{"one", {"id-one"}, {}, {}},
                  {"two", {"id-two"}, {}, {}},
                  {"three", {"id-3"}, {}, {}}},
                 0);
        DeviceEdits(connection).share({1, 2}, true);
        DeviceEdits(connection).share({3, 2}, true);
    }
    Reader reader(path);
    const json seen = json::parse(read_device_details(reader, reading_member(), kReadingsNow));
    REQUIRE(seen.size() == 2);
    CHECK(seen[0]["name"] == "one");
    CHECK(seen[0]["may_change"] == false);
    CHECK_FALSE(seen[0].contains("identifiers"));
    CHECK_FALSE(seen[0].contains("seen_by"));
    CHECK(seen[1]["identifiers"] == json{"id-two"});
    CHECK(seen[1]["seen_by"] == json{1});
    const json all = json::parse(read_device_details(reader, kReadingAdmin, kReadingsNow));
    CHECK(all.size() == 3);
    CHECK(all[2]["seen_by"] == json{1, 3});
}

TEST_CASE("of strangers only an admin hears, and from which address they came") {
    RefusalList list(10);
    list.add(refused(0, "my-phne"));
    list.add(refused(1, ""));
    list.add(refused(3, ""));
    const json all = json::parse(refusals_to_json(list, kReadingAdmin, kReadingsNow));
    REQUIRE(all.size() == 3);
    CHECK(all[2]["called"] == "my-phne");
    CHECK(all[2]["address"] == "192.0.2.7");
    const json seen = json::parse(refusals_to_json(list, reading_member(), kReadingsNow));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0]["device"] == 1);
    CHECK(seen[0]["what"] == "The position is 0, 0: what apps send when they know none.");
    CHECK_FALSE(seen[0].contains("address"));
    CHECK_FALSE(seen[0].contains("called"));
    CHECK(refusals_to_json(list, kReadingAdmin, kReadingsNow + 3'600'001) == "[]");
}
