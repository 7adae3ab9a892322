#include "services/retention_run.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/folder_under_test.hh"
#include "daemon/log_under_test.hh"
#include "store/audit_log.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "unix_time.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

// A database with a device (1) of many old fixes and one of today, and another one (2).
struct OldPositions {
    LogFolder folder;
    Log log{to_file(folder)};
    TemporaryFolder data;
    std::string path = data.file("waymark.db");
    net::EventLoop loop;
    int steps_with_news = 0;

    explicit OldPositions(int fixes) {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
        Store store(path);
        store.begin();
        const UnixMillis old = unix_now() - 40 * Retention::kDayMs;
        for (int i = 0; i < fixes; ++i) store.add(position(1, old + i * 100));
        store.add(position(1, unix_now()));
        store.add(position(2, old));
        REQUIRE(store.commit().durable);
    }

    static Fix position(DeviceNumber device, UnixMillis time) {
        Fix fix;
        fix.device = device;
        fix.time_ms = time;
        return fix;
    }
    static void keep_thirty_days(Connection& connection) { Retention(connection).set_days(1, 30); }
    std::int64_t count(int device) {
        return open_for_reading(path).number(
            ("SELECT count(*) FROM fix WHERE device = " + std::to_string(device)).c_str());
    }
    // Runs the loop until the run has ended, with a phone that sends between the steps.
    int run(RetentionRun& retention, Store& store) {
        for (int sent = 1;; ++sent) {
            loop.run_once();
            store.begin();
            store.add(position(2, unix_now() + sent));
            REQUIRE(store.commit().durable);
            if (retention.step_if_due()) return sent;
        }
    }
};

}  // namespace

TEST_CASE("old positions go in steps while phones are stored, and both logs say so at the end") {
    OldPositions tested(Retention::kAtOnce * 2 + 1);
    Store store(tested.path);
    RetentionRun retention(tested.loop, store, tested.log);
    CHECK_FALSE(retention.step_if_due());
    store.change(OldPositions::keep_thirty_days);
    retention.look();
    const int sent = tested.run(retention, store);
    CHECK(sent >= 4);  // three steps, and the one that finds nothing
    CHECK(tested.count(1) == 1);
    CHECK(tested.count(2) == sent + 1);
    CHECK(lines_of(tested.folder.file()).back().find("device 1: 20001 rows") != std::string::npos);
    CHECK(open_for_reading(tested.path)
              .text("SELECT who || ', ' || action || ', ' || about FROM audit") ==
          "tracker serve, old positions removed, van: 20001 rows");
    CHECK_FALSE(retention.step_if_due());
}

TEST_CASE("what was begun before the server ended goes on when it starts") {
    OldPositions tested(10);
    {
        Store before(tested.path);
        before.change(OldPositions::keep_thirty_days);
    }
    Store store(tested.path);
    RetentionRun retention(tested.loop, store, tested.log);
    retention.look();
    tested.run(retention, store);
    CHECK(tested.count(1) == 1);
}

TEST_CASE("what is old is thinned out in steps, after what goes whole, and both logs say so") {
    OldPositions tested(Thinning::kAtOnce + 1);  // ten of them in a second
    Store store(tested.path);
    RetentionRun retention(tested.loop, store, tested.log);
    store.change([](Connection& connection) {
        Thinning(connection).set_rule(1, ThinningRule{30, Thinning::kMostMinutes});
        Retention(connection).set_days(2, 30);
    });
    retention.look();
    CHECK(tested.run(retention, store) >= 4);  // one of 2, two of 1, and the one that finds nothing
    CHECK(tested.count(1) <= 3);  // of a day, or of two where a midnight was between, and of today
    CHECK(tested.count(1) >= 2);
    const std::int64_t gone = Thinning::kAtOnce + 2 - tested.count(1);
    CHECK(lines_of(tested.folder.file())
              .back()
              .find("device 2: 1 rows were older than its days, and are gone") !=
          std::string::npos);
    store.look([&](Connection& connection) {
        const std::vector<AuditEntry> audit = AuditLog(connection).list(9);
        REQUIRE(audit.size() == 2);
        CHECK(audit[0].action + ", " + audit[0].about == "old positions removed, bike: 1 rows");
        CHECK(audit[1].action + ", " + audit[1].about ==
              "old positions thinned out, van: " + std::to_string(gone) + " rows");
    });
    CHECK_FALSE(retention.step_if_due());
}

namespace {

// Clocks that stand where the test sets them.
struct SetClocks {
    UnixMillis now = unix_now();
    std::chrono::milliseconds since_boot{1000};

    RetentionRun::Clocks clocks() {
        return {[this] { return now; }, [this] { return since_boot; }};
    }
    void pass(std::chrono::milliseconds time) {
        now += time.count();
        since_boot += time;
    }
};

// Comes as often as it must, at once: a wait of an hour is one of no time here.
bool removes_something(OldPositions& tested, RetentionRun& retention) {
    const std::int64_t before = tested.count(1);
    retention.look();
    for (int round = 0; round < 3; ++round) {
        tested.loop.run_once();
        retention.step_if_due();
        retention.look();
    }
    return tested.count(1) < before;
}

}  // namespace

TEST_CASE("a clock that jumps ahead is not believed at once, and nothing goes meanwhile") {
    OldPositions tested(0);
    Store store(tested.path);
    store.change(OldPositions::keep_thirty_days);
    SetClocks set;
    RetentionRun retention(tested.loop, store, tested.log, set.clocks());
    CHECK_FALSE(removes_something(tested, retention));
    set.pass(std::chrono::hours(24));  // a day is a day, also when the machine was suspended
    set.now += 40 * Retention::kDayMs;
    CHECK_FALSE(removes_something(tested, retention));
    CHECK(lines_of(tested.folder.file()).back().find("far ahead") != std::string::npos);
    set.pass(std::chrono::minutes(59));
    CHECK_FALSE(removes_something(tested, retention));
    SUBCASE("set right, nothing was lost") {
        set.now -= 40 * Retention::kDayMs;
        set.pass(std::chrono::hours(2));
        CHECK_FALSE(removes_something(tested, retention));
    }
    SUBCASE("after an hour it is believed") {
        set.pass(std::chrono::minutes(2));
        CHECK(removes_something(tested, retention));
    }
}

TEST_CASE("at the start the last word of a device says whether the clock can be right") {
    for (const int hours : {23, 25}) {
        OldPositions tested(1);
        Store store(tested.path);
        store.change(OldPositions::keep_thirty_days);
        SetClocks set;
        store.change([&](Connection& connection) {
            connection.execute(
                ("INSERT OR REPLACE INTO device_state (device, last_seen_ms) VALUES (2, " +
                 std::to_string(set.now - hours * 3'600'000) + ")")
                    .c_str());
        });
        RetentionRun retention(tested.loop, store, tested.log, set.clocks());
        CHECK(removes_something(tested, retention) == (hours == 23));
        set.pass(std::chrono::minutes(61));
        CHECK(removes_something(tested, retention) == (hours == 25));
    }
}
