#include "store/devices.hh"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/store.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

struct OpenedDevices {
    DatabaseUnderTest database;
    std::string path = database.location();
    Connection connection = open_for_writing(path);
    Devices devices{connection};
};

MemoryDirectory directory_of(Connection& connection) {
    MemoryDirectory directory;
    for (const DirectoryEntry& entry : read_directory(connection)) directory.add(entry);
    return directory;
}

}  // namespace

TEST_CASE("a device that was added is listed and found") {
    OpenedDevices opened;
    opened.devices.add({{"van", {"123456", "x"}, "tok-van-7", SpeedUnit::kmh}}, 5);
    const std::vector<Device> list = opened.devices.list();
    REQUIRE(list.size() == 1);
    CHECK(list[0].name == "van");
    CHECK(list[0].identifiers == std::vector<std::string>{"123456", "x"});
    CHECK(list[0].speed_unit == SpeedUnit::kmh);
    CHECK(list[0].created_ms == 5);
    CHECK(list[0].has_token);
    const MemoryDirectory directory = directory_of(opened.connection);
    CHECK(directory.by_identifier("x")->number == list[0].number);
    CHECK(directory.by_token("tok-van-7")->speed_unit == SpeedUnit::kmh);
}

TEST_CASE("names, identifiers and tokens belong to one device, and a refused list adds none") {
    OpenedDevices opened;
    opened.devices.add({{"van", {"123456"}, "tok-van-7", {}}}, 0);
    const std::vector<NewDevice> wrong[] = {
        {{"bike", {}, {}, {}}, {"van", {}, {}, {}}},
        {{"bike", {}, {}, {}}, {"bus", {"123456"}, {}, {}}},
        {{"bike", {}, {}, {}}, {"bus", {}, "tok-van-7", {}}},
        {{"bike", {}, {}, {}}, {"", {}, {}, {}}},
        {{"bike", {"1"}, {}, {}}, {"bus", {"1"}, {}, {}}},
    };
    for (const std::vector<NewDevice>& devices : wrong)
        CHECK_THROWS_AS(opened.devices.add(devices, 0), UsageError);
    CHECK(opened.devices.list().size() == 1);
}

TEST_CASE("odd names are refused, odd letters are not") {
    for (const std::string name : {"van", "alice/phone", "Bürö 7", "日本"})
        CHECK_NOTHROW(check_device_name(name));
    for (const std::string& name :
         {std::string(), std::string(65, 'x'), std::string("a\nb"), std::string("a\0b", 3),
          std::string(" a"), std::string("a "), std::string("\xFF")})
        CHECK_THROWS_AS(check_device_name(name), UsageError);
}

TEST_CASE("a new token replaces the old one") {
    OpenedDevices opened;
    opened.devices.add({{"van", {}, "old", {}}}, 0);
    opened.devices.set_token("van", "new");
    const MemoryDirectory directory = directory_of(opened.connection);
    CHECK_FALSE(directory.by_token("old"));
    CHECK(directory.by_token("new"));
    CHECK_THROWS_AS(opened.devices.set_token("bus", "x"), UsageError);
}

TEST_CASE("no token is in the file in the clear") {
    OpenedDevices opened;
    opened.devices.add({{"van", {}, "very-secret-token", {}}}, 0);
    CHECK(opened.connection.text("SELECT token_hash FROM device").find("very-secret-token") ==
          std::string::npos);
    CHECK(opened.connection.number("SELECT length(token_hash) FROM device") == 32);
}

TEST_CASE("removing a device removes its fixes in steps, and its number is not used again") {
    OpenedDevices opened;
    opened.devices.add({{"van", {"1"}, "t", {}}, {"bus", {"2"}, {}, {}}}, 0);
    const DeviceNumber van = opened.devices.number_of("van");
    {
        Store store(opened.path);
        store.begin();
        Fix fix;
        for (int i = 0; i < 25'000; ++i) {
            fix.device = van;
            fix.time_ms = i / 3;  // several at one time
            fix.latitude_e7 = i;
            store.add(fix);
        }
        fix.device = opened.devices.number_of("bus");
        store.add(fix);
        CHECK(store.commit().durable);
    }
    CHECK(opened.devices.count_fixes("van") == 25'000);
    opened.devices.remove("van", 9);
    CHECK(opened.connection.number("SELECT count(*) FROM fix") == 1);
    CHECK(opened.devices.list().size() == 1);
    opened.devices.add({{"van", {"1"}, "t", {}}}, 0);
    CHECK(opened.devices.number_of("van") > van + 1);
    CHECK_THROWS_AS(opened.devices.remove("nobody", 9), UsageError);
}

TEST_CASE("a key is kept, read again, and taken away") {
    OpenedDevices opened;
    opened.devices.add({{"van", {}, "tok-van-7", {}, box_key_of("correct horse")}}, 5);
    const DeviceNumber van = opened.devices.number_of("van");
    CHECK(directory_of(opened.connection).box_key(van) == box_key_of("correct horse"));
    opened.devices.set_box_key("van", box_key_of("battery"));
    CHECK(directory_of(opened.connection).box_key(van) == box_key_of("battery"));
    opened.devices.set_box_key("van", std::nullopt);
    CHECK_FALSE(directory_of(opened.connection).box_key(van));
    CHECK_THROWS_AS(opened.devices.set_box_key("boat", std::nullopt), UsageError);
    CHECK_THROWS_AS(box_key_of(""), UsageError);
    CHECK_THROWS_AS(box_key_of(std::string(33, 'x')), UsageError);
    CHECK(box_key_of(std::string(32, 'x'))[31] == 'x');
}

TEST_CASE("who may see whom is kept until it is ended, or one of them is removed") {
    OpenedDevices opened;
    opened.devices.add({{"van", {}, "a", {}}, {"boat", {}, "b", {}}}, 5);
    const DeviceNumber van = opened.devices.number_of("van");
    const DeviceNumber boat = opened.devices.number_of("boat");
    const auto friends = [&] {
        for (const DirectoryEntry& entry : read_directory(opened.connection))
            if (entry.device.number == van) return entry.friends;
        return std::vector<DeviceNumber>{};
    };
    opened.devices.share("van", "boat", true);
    opened.devices.share("van", "boat", true);
    CHECK(friends() == std::vector<DeviceNumber>{boat});
    opened.devices.share("van", "boat", false);
    CHECK(friends().empty());
    CHECK_THROWS_AS(opened.devices.share("van", "bike", true), UsageError);
    CHECK_THROWS_AS(opened.devices.share("van", "van", true), UsageError);
    opened.devices.share("van", "boat", true);
    opened.devices.remove("boat", 9);
    CHECK(friends().empty());
}

TEST_CASE("the last places are those of devices that others may see") {
    OpenedDevices opened;
    opened.devices.add({{"van", {}, "a", {}}, {"boat", {}, "b", {}}}, 5);
    opened.devices.share("van", "boat", true);
    Store store(opened.path);
    store.begin();
    for (const char* name : {"van", "boat"})
        for (const UnixMillis time : {1000, 3000, 2000}) {
            Fix fix;
            fix.device = opened.devices.number_of(name);
            fix.time_ms = time;
            store.add(fix);
        }
    REQUIRE(store.commit().durable);
    const std::vector<LastPlace> places = store.last_places(2500);
    REQUIRE(places.size() == 1);
    CHECK(places[0].device == opened.devices.number_of("boat"));
    CHECK(places[0].time_ms == 2000);
}
