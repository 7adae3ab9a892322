// Several trackers on one database (PostgreSQL): for what one of them waits, and what it hears of
// the others without being told.

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <string>

#include "daemon/log_under_test.hh"
#include "net/event_loop.hh"
#include "services/retention_run.hh"
#include "store/change_lock.hh"
#include "store/device_edits.hh"
#include "store/retention.hh"
#include "store/trackers_under_test.hh"

using namespace waymark::tracker;

TEST_CASE("who stores waits for no change of another tracker, and who changes does" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    std::future<void> other;
    two.a.store.change([&](Connection& connection) {
        one_change_at_a_time(connection);
        CHECK(two.b.send(0, 2000) == "");
        CHECK(two.b.send(1, 0) == "enter");
        other = std::async(std::launch::async, [&] {
            two.b.store.change([](Connection& it) { one_change_at_a_time(it); });
        });
        two.await_a_wait(other);
        CHECK(other.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    });
    other.get();
}

TEST_CASE("the size of the database is not asked for within a transaction" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.begin(two.a.fix(0, 0));
    CHECK(two.a.store.database_bytes() == 0);
    REQUIRE(two.a.store.commit().durable);
    CHECK(two.a.store.database_bytes() > 1'000'000);  // an empty one has seven
}

TEST_CASE("what another tracker keeps in quarantine is counted here, too" *
          doctest::skip(!on_postgresql())) {
    DatabaseUnderTest database;
    Store a(database.location(), 20'000, "a");
    a.change([](Connection& it) { Devices(it).add({{"van", {"v"}, {}, {}}}, 0); });
    Store b(database.location(), 20'000, "b", std::chrono::seconds(0));
    b.changed_elsewhere();
    CHECK(b.quarantine_bytes() == 0);
    a.begin();
    for (std::uint32_t index = 0; index < 40; ++index)
        a.add(Quarantined{1, index, "bad_time", Source::osmand, std::string(500, 'x')}, 0);
    REQUIRE(a.commit().durable);
    CHECK_FALSE(a.quarantine_has_room());
    CHECK(b.quarantine_has_room());
    CHECK_FALSE(b.changed_elsewhere());
    CHECK(b.quarantine_bytes() == a.quarantine_bytes());
    CHECK_FALSE(b.quarantine_has_room());
}

TEST_CASE("that old positions are gone is told to the other trackers" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 2000);
    two.a.store.change([](Connection& it) { Retention(it).set_days(1, 30); });
    two.b.store.changed_elsewhere();
    CHECK_FALSE(two.b.store.changed_elsewhere());
    waymark::daemon::LogFolder folder;
    waymark::daemon::Log log{to_file(folder)};
    waymark::net::EventLoop loop;
    RetentionRun retention(loop, two.a.store, log);
    retention.look();
    while (!retention.step_if_due()) loop.run_once();
    CHECK(two.b.store.changed_elsewhere());
}

TEST_CASE("what a removal of an earlier version has left is removed" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.store.change([](Connection& it) { Devices(it).add({{"bus", {"b"}, {}, {}}}, 0); });
    two.a.send(0, 2000);
    for (int second = 0; second < 3; ++second) {
        two.a.begin(two.a.fix(second, 0, 2));
        REQUIRE(two.a.store.commit().durable);
    }
    two.a.store.change([](Connection& it) { it.execute("DELETE FROM device WHERE number = 2"); });
    const auto fixes = [&] {
        return Connection(two.database.location(), Connection::Access::read_write)
            .number("SELECT count(*) FROM fix");
    };
    CHECK(fixes() == 4);
    two.a.store.change([](Connection& it) {
        DeviceEdits edits(it);
        for (int looked = 0; looked < 2; ++looked) {
            DeviceEdits::Leftovers leftovers;
            while (!leftovers.is_end()) edits.look_for(leftovers, Tracker::kNow);
            CHECK(leftovers.devices == 1 - looked);
        }
        REQUIRE(edits.to_remove() == DeviceNumber{2});
        while (edits.remove_step(2)) {
        }
        CHECK_FALSE(edits.to_remove());
    });
    CHECK(fixes() == 1);
    CHECK(two.b.take(Tracker::kNow).empty());
}
