#include "store/thinning.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/fix_row.hh"
#include "store/open_database.hh"
#include "store/postgresql_partitions.hh"
#include "store/retention.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr UnixMillis kOneMinute = 60'000;
constexpr UnixMillis kNowOfThinning = 20'000 * Retention::kDayMs;  // a midnight
constexpr UnixMillis kOld = kNowOfThinning - 40 * Retention::kDayMs;

// A van (1) and a boat (2), without fixes.
struct ThinnedDevices {
    ThinnedDevices() { Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0); }

    void add(DeviceNumber device, UnixMillis time, bool valid = true, std::int32_t latitude = 1) {
        partitions.require(time);
        Fix fix;
        fix.device = device;
        fix.time_ms = time;
        fix.latitude_e7 = latitude;
        fix.valid = valid;
        bind_fix_row(insert, fix, 1);
        insert.run();
    }
    // As many of one time, at places from 0 on, in one statement.
    void add_many(DeviceNumber device, UnixMillis time, int count) {
        partitions.require(time);
        connection.execute(
            fmt::format("WITH RECURSIVE place (number) AS (SELECT 0 UNION ALL SELECT number + 1 "
                        "FROM place WHERE number < {} - 1) INSERT INTO fix (device, time_ms, "
                        "latitude_e7, longitude_e7, valid, source, sequence) SELECT {}, {}, "
                        "number, 0, 1, 1, 1 FROM place",
                        count, device, time)
                .c_str());
    }
    // Minutes since kOld of what is there.
    std::vector<UnixMillis> minutes(DeviceNumber device) {
        Statement rows(connection, "SELECT time_ms FROM fix WHERE device = ?1 ORDER BY time_ms");
        rows.bind(1, device);
        std::vector<UnixMillis> found;
        while (rows.step()) found.push_back((rows.integer(0) - kOld) / kOneMinute);
        return found;
    }
    std::int64_t thin_all(int most_steps = 100) {
        Thinning::Walk walk;
        std::int64_t rows = 0;
        for (int step = 0; step < most_steps; ++step) {
            const std::optional<Thinning::Thinned> thinned = thinning.step(walk, kNowOfThinning);
            if (!thinned) return rows;
            rows += thinned->rows;
        }
        FAIL("the walk has no end");
        return rows;
    }

    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Thinning thinning{connection};
    Partitions partitions{connection};
    Statement insert{connection, insert_fix(connection)};
};

using Minutes = std::vector<UnixMillis>;

}  // namespace

TEST_CASE("of each ten minutes the first position stays, and nothing goes that is not old") {
    ThinnedDevices tested;
    for (const UnixMillis minute : {0, 3, 9, 10, 11, 25, 29})
        tested.add(1, kOld + minute * kOneMinute);
    const UnixMillis before = kNowOfThinning - 30 * Retention::kDayMs;
    for (const UnixMillis time : {before - 2, before - 1, before, before + 1}) tested.add(1, time);
    CHECK(tested.thin_all() == 0);  // nobody has asked for it
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    CHECK(tested.thin_all() == 5);
    const UnixMillis border = (before - kOld) / kOneMinute;
    CHECK(tested.minutes(1) == Minutes{0, 10, 25, border - 1, border, border});
    CHECK(tested.thin_all() == 0);  // what stayed once stays
}

TEST_CASE("what is told before is what goes") {
    ThinnedDevices tested;
    for (int minute = 0; minute < 100; ++minute) tested.add(1, kOld + minute * kOneMinute);
    const Thinning::Preview preview = tested.thinning.preview(1, {30, 15}, kNowOfThinning);
    CHECK(preview.before == kNowOfThinning - 30 * Retention::kDayMs);
    CHECK(preview.go == 93);
    CHECK(preview.stay == 7);
    CHECK(tested.minutes(1).size() == 100);  // it was only looked at
    tested.thinning.set_rule(1, ThinningRule{30, 15});
    CHECK(tested.thin_all() == preview.go);
    CHECK(static_cast<std::int64_t>(tested.minutes(1).size()) == preview.stay);
}

TEST_CASE("one that is valid stays before one that is not") {
    ThinnedDevices tested;
    tested.add(1, kOld, false);
    tested.add(1, kOld + kOneMinute, true);
    tested.add(1, kOld + 2 * kOneMinute, true);
    tested.add(1, kOld + 10 * kOneMinute, false);  // alone with another that is not
    tested.add(1, kOld + 11 * kOneMinute, false);
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    tested.thin_all();
    CHECK(tested.minutes(1) == Minutes{1, 10});
}

TEST_CASE("an interval is the same before 1970: minutes count from midnight, not from zero") {
    ThinnedDevices tested;
    for (const UnixMillis minute : {-11, -10, -1, 0, 9}) tested.add(1, minute * kOneMinute);
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    CHECK(tested.thin_all() == 2);
    CHECK(tested.connection.number(
              "SELECT count(*) FROM fix WHERE time_ms IN (-660000, -600000, 0)") == 3);
}

TEST_CASE(
    "a step looks at so many, also when all are of one time, and an interval goes over its end") {
    ThinnedDevices tested;
    tested.add_many(1, kOld, Thinning::kAtOnce * 2 + 5);
    tested.add(2, kOld);
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    tested.thinning.set_rule(2, ThinningRule{30, 10});
    Thinning::Walk walk;
    const std::optional<Thinning::Thinned> first = tested.thinning.step(walk, kNowOfThinning);
    REQUIRE(first);
    CHECK(first->rows == Thinning::kAtOnce - 1);
    const std::optional<Thinning::Thinned> second = tested.thinning.step(walk, kNowOfThinning);
    REQUIRE(second);
    CHECK(second->rows == Thinning::kAtOnce);
    CHECK(tested.thin_all() == 5);
    CHECK(tested.minutes(1).size() == 1);
    CHECK(tested.minutes(2).size() == 1);
}

TEST_CASE("where the one that was to stay is taken away between two steps, the next one stays") {
    ThinnedDevices tested;
    tested.add_many(1, kOld, Thinning::kAtOnce + 5);
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    Thinning::Walk walk;
    REQUIRE(tested.thinning.step(walk, kNowOfThinning));
    tested.connection.execute("DELETE FROM fix WHERE device = 1 AND latitude_e7 = 0");
    const std::optional<Thinning::Thinned> second = tested.thinning.step(walk, kNowOfThinning);
    REQUIRE(second);
    CHECK(second->rows == 4);
    CHECK(tested.minutes(1) == Minutes{0});
}

TEST_CASE("one that comes late takes the place of the one that stayed, as if it had been there") {
    ThinnedDevices tested;
    tested.add(1, kOld + 5 * kOneMinute);
    tested.add(1, kOld + 6 * kOneMinute);
    tested.thinning.set_rule(1, ThinningRule{30, 10});
    tested.thin_all();
    tested.add(1, kOld + 2 * kOneMinute);
    tested.thin_all();
    CHECK(tested.minutes(1) == Minutes{2});
}

TEST_CASE("each device has its own rule, and none again leaves the rest as it is") {
    ThinnedDevices tested;
    for (const DeviceNumber device : {1U, 2U})
        for (int minute = 0; minute < 4; ++minute) tested.add(device, kOld + minute * kOneMinute);
    tested.thinning.set_rule(1, ThinningRule{30, 2});
    CHECK(tested.thinning.rules() == std::map<DeviceNumber, ThinningRule>{{1, {30, 2}}});
    tested.thin_all();
    CHECK(tested.minutes(1) == Minutes{0, 2});
    CHECK(tested.minutes(2) == Minutes{0, 1, 2, 3});
    tested.thinning.set_rule(1, ThinningRule{60, 3});
    CHECK(tested.thinning.rules().at(1) == ThinningRule{60, 3});
    tested.thinning.set_rule(1, std::nullopt);
    CHECK(tested.thinning.rules().empty());
    CHECK(tested.thin_all() == 0);
}

TEST_CASE("rules that make no sense are refused, and so is a device that is not there") {
    ThinnedDevices tested;
    for (const ThinningRule& rule : {ThinningRule{0, 10},
                                     {Retention::kMostDays + 1, 10},
                                     {30, 0},
                                     {30, Thinning::kMostMinutes + 1}}) {
        CHECK_THROWS_AS(tested.thinning.set_rule(1, rule), UsageError);
        CHECK_THROWS_AS(tested.thinning.preview(1, rule, kNowOfThinning), UsageError);
    }
    CHECK_THROWS_AS(tested.thinning.set_rule(9, ThinningRule{30, 10}), UsageError);
    CHECK_THROWS_AS(tested.thinning.set_rule(9, std::nullopt), UsageError);
    CHECK_THROWS_AS(tested.thinning.preview(9, {30, 10}, kNowOfThinning), UsageError);
    CHECK(tested.thinning.rules().empty());
}

TEST_CASE("a rule is said as people read it") {
    CHECK(rule_to_words(std::nullopt) == "as they are");
    CHECK(rule_to_words(ThinningRule{30, 10}) == "one every 10 minutes after 30 days");
    CHECK(rule_to_words(ThinningRule{1, 1}) == "one every minute after 1 day");
}
