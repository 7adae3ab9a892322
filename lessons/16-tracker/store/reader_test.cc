#include "store/reader.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "store/database_under_test.hh"
#include "store/open_database.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kHour = 3'600'000;
constexpr UnixMillis kDay = 24 * kHour;

// Two devices; the first has a fix every hour of three days, the newest of which is not valid.
struct Filled {
    DatabaseUnderTest database;
    std::string path = database.location();
    Filled() {
        {
            Connection connection = open_for_writing(path);
            Devices(connection).add({{"van", {}, {}, {}}, {"bus", {}, {}, {}}}, 0);
        }
        Store store(path);
        store.begin();
        for (int hour = 71; hour >= 0; --hour) {
            Fix fix;
            fix.device = 1;
            fix.time_ms = 20'000 * kDay + hour * kHour;
            fix.latitude_e7 = hour;
            fix.longitude_e7 = -hour;
            fix.altitude_m = 10.0F * static_cast<float>(hour);
            if (hour % 2 == 1) fix.speed_mps = static_cast<float>(hour) / 2;
            fix.valid = hour != 71;
            store.add(fix);
        }
        store.commit();
    }
};

}  // namespace

TEST_CASE("the last fix is the newest valid one that is not ahead") {
    const Filled filled;
    Reader reader(filled.path);
    const UnixMillis end = 20'100 * kDay;
    CHECK(reader.last_fix(1, end)->fix.latitude_e7 == 70);
    CHECK(reader.last_fix(1, 20'000 * kDay + 50 * kHour)->fix.latitude_e7 == 50);
    CHECK(reader.last_fix(1, 20'000 * kDay + 50 * kHour - 1)->fix.latitude_e7 == 49);
    CHECK_FALSE(reader.last_fix(1, 20'000 * kDay - 1));
    CHECK_FALSE(reader.last_fix(2, end));
    CHECK_FALSE(reader.last_fix(3, end));
}

TEST_CASE("the time of a fix is found by how many valid ones are behind it") {
    Filled filled;
    Reader reader(filled.path);
    const UnixMillis end = 20'000 * kDay + 72 * kHour;
    const auto hour = [](int hours) { return 20'000 * kDay + hours * kHour; };
    CHECK(reader.time_before(1, end, 1) == hour(70));  // the newest is not valid
    CHECK(reader.time_before(1, hour(50), 1) == hour(49));
    CHECK(reader.time_before(1, hour(50), 3) == hour(47));
    CHECK(reader.time_before(1, end, 71) == hour(0));
    CHECK_FALSE(reader.time_before(1, end, 72));
    CHECK_FALSE(reader.time_before(2, end, 1));
}

TEST_CASE("a track comes in the order of time, from the first to before the last") {
    const Filled filled;
    Reader reader(filled.path);
    std::vector<int> hours;
    reader.track(1, 20'000 * kDay + 5 * kHour, 20'000 * kDay + 8 * kHour,
                 [&](const StoredFix& stored) {
                     hours.push_back(stored.fix.latitude_e7);
                     return true;
                 });
    CHECK(hours == std::vector<int>{5, 6, 7});
}

TEST_CASE("the first fix after a moment is a valid one, and a count stops where it is told to") {
    const Filled filled;
    Reader reader(filled.path);
    CHECK(reader.first_time(1, 0) == 20'000 * kDay);
    CHECK(reader.first_time(1, 20'000 * kDay + 1) == 20'000 * kDay + kHour);
    CHECK_FALSE(reader.first_time(1, 30'000 * kDay));
    CHECK_FALSE(reader.first_time(99, 0));
    CHECK(reader.count(1, 20'000 * kDay, 20'001 * kDay, 1000) == 24);
    CHECK(reader.count(1, 20'000 * kDay, 20'001 * kDay, 5) == 5);
    CHECK(reader.count(1, 0, 30'000 * kDay, 1000) == 71);  // one of 72 is not valid
}

TEST_CASE("the points of a track are its valid fixes, and a count is theirs") {
    const Filled filled;
    Reader reader(filled.path);
    std::vector<TrackPoint> points;
    reader.track_points(1, 0, 30'000 * kDay, [&](const TrackPoint& point) {
        points.push_back(point);
        return true;
    });
    CHECK(reader.count(1, 0, 30'000 * kDay, 1000) == 71);
    REQUIRE(points.size() == 71);
    CHECK(points[3].time_ms == 20'000 * kDay + 3 * kHour);
    CHECK(points[3].latitude_e7 == 3);
    CHECK(points[3].longitude_e7 == -3);
    CHECK(points[3].altitude_m == 30.0F);
    CHECK(points[3].speed_mps == 1.5F);
    CHECK_FALSE(points[4].speed_mps);
}

TEST_CASE("the last fix and a track are found by the key, not by reading all" *
          doctest::skip(on_postgresql())) {
    const Filled filled;
    Connection connection = open_for_reading(filled.path);
    for (const char* query :
         {"EXPLAIN QUERY PLAN SELECT * FROM fix WHERE device = 1 AND valid ORDER BY time_ms DESC "
          "LIMIT 1",
          "EXPLAIN QUERY PLAN SELECT * FROM fix WHERE device = 1 AND time_ms >= 2 AND time_ms < 3 "
          "ORDER BY time_ms",
          "EXPLAIN QUERY PLAN SELECT time_ms FROM fix WHERE device = 1 AND time_ms >= 2 AND "
          "time_ms < 3 AND valid ORDER BY time_ms"}) {
        Statement plan(connection, query);
        REQUIRE(plan.step());
        const std::string first(plan.text(3));
        CHECK(first.find("SEARCH fix USING PRIMARY KEY (device=?") == 0);
        CHECK_FALSE(plan.step());  // nothing is sorted
    }
}
