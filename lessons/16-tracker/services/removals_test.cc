#include "services/removals.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/folder_under_test.hh"
#include "daemon/log_under_test.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

// A database with a device of many fixes (1) and another one (2), and the loop of its store.
struct Removed {
    LogFolder folder;
    Log log{to_file(folder)};
    TemporaryFolder data;
    std::string path = data.file("waymark.db");
    net::EventLoop loop;
    int steps = 0;

    explicit Removed(int fixes) {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
        Store store(path);
        store.begin();
        for (int i = 0; i < fixes; ++i) store.add(fix(1, i));
        store.add(fix(2, 0));
        REQUIRE(store.commit().durable);
    }

    static Fix fix(DeviceNumber device, int second) {
        Fix fix;
        fix.device = device;
        fix.time_ms = 1'700'000'000'000 + second * 1000;
        return fix;
    }
    // Runs the loop until nothing of a removal is left, with a phone that sends between the steps.
    void run(Removals& removals, Store& store) {
        Connection look = open_for_reading(path);
        int sent = 0;
        while (look.number("SELECT count(*) FROM device") > 1) {
            loop.run_once();
            store.begin();
            store.add(fix(2, ++sent));
            REQUIRE(store.commit().durable);
            steps += removals.step_if_due();
        }
        CHECK(look.number("SELECT count(*) FROM fix WHERE device = 1") == 0);
        CHECK(look.number("SELECT count(*) FROM fix WHERE device = 2") == sent + 1);
    }
};

}  // namespace

TEST_CASE("a removal goes on in steps while phones are stored, and ends") {
    Removed tested(DeviceEdits::kRemovedAtOnce * 3);
    Store store(tested.path);
    Removals removals(tested.loop, store, tested.log);
    CHECK_FALSE(removals.step_if_due());
    store.change([](Connection& connection) { DeviceEdits(connection).begin_removal(1, 5); });
    removals.look();
    removals.look();
    tested.run(removals, store);
    CHECK(tested.steps >= 4);
    CHECK(lines_of(tested.folder.file()).back().find("device 1 is removed") != std::string::npos);
}

TEST_CASE("what was begun before the server ended goes on when it starts") {
    Removed tested(10);
    {
        Connection connection = open_for_writing(tested.path);
        DeviceEdits(connection).begin_removal(1, 5);
    }
    Store store(tested.path);
    Removals removals(tested.loop, store, tested.log);
    removals.look();
    tested.run(removals, store);
}
