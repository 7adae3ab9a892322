#include "store/foreign_news.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>

#include <string>
#include <vector>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/postgresql_engine.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

constexpr int kBellMs = 60'000;

Fix news_fix(UnixMillis time_ms) {
    Fix fix;
    fix.device = 1;
    fix.time_ms = time_ms;
    fix.latitude_e7 = 481'000'000;
    fix.longitude_e7 = 115'000'000;
    return fix;
}

// NewsOfTwo trackers on one database, and the ear of the first.
struct NewsOfTwo {
    NewsOfTwo() {
        Connection connection = open_for_writing(database.location());
        Devices(connection).add({NewDevice{"van", {"van"}, {}, SpeedUnit::protocol_default}}, 0);
    }

    static void store(Store& store, UnixMillis from, int count = 1) {
        std::vector<Fix> fixes;
        for (int i = 0; i < count; ++i) fixes.push_back(news_fix(from + i));
        std::vector<Added> added;
        store.begin();
        store.add(fixes, added);
        REQUIRE(store.commit().durable);
    }

    std::vector<UnixMillis> heard(bool wanted = true) {
        std::vector<UnixMillis> times;
        for (const Fix& fix : news.read(wanted).fixes) times.push_back(fix.time_ms);
        return times;
    }

    bool rings() {
        pollfd bell{news.doorbell(), POLLIN, 0};
        return ::poll(&bell, 1, kBellMs) == 1 && news.rang();
    }

    DatabaseUnderTest database;
    Store one{database.location(), Store::kQuarantineRoom, "one"};
    Store two{database.location(), Store::kQuarantineRoom, "two"};
    ForeignNews news{database.location(), "one"};
};

using NewsTimes = std::vector<UnixMillis>;

}  // namespace

TEST_SUITE_BEGIN("foreign news" * doctest::skip(!on_postgresql()));

TEST_CASE("what another tracker stores is news once, and what was there before is none") {
    NewsOfTwo trackers;
    NewsOfTwo::store(trackers.two, 1000);
    CHECK(trackers.heard().empty());
    NewsOfTwo::store(trackers.two, 2000, 2);
    NewsOfTwo::store(trackers.two, 1500);
    NewsOfTwo::store(trackers.one, 3000);
    CHECK(trackers.heard() == NewsTimes{2000, 2001, 1500});
    CHECK(trackers.heard().empty());
    NewsOfTwo::store(trackers.two, 2000);  // a repeat
    CHECK(trackers.heard().empty());
}

TEST_CASE("passages of another tracker are news once, also one whose clock is behind") {
    NewsOfTwo trackers;
    const auto pass = [&](std::int64_t number, UnixMillis time_ms) {
        NewsOfTwo::store(trackers.two, time_ms);
        trackers.two.change([&](Connection& it) {
            Statement insert(it,
                             "INSERT INTO place_event (number, device, place, place_name, kind, "
                             "time_ms, noticed_ms) VALUES (?1, 1, 3, 'home', 1, ?2, ?2)");
            insert.bind(1, number);
            insert.bind(2, time_ms);
            insert.run();
        });
    };
    const auto heard = [&] {
        std::vector<std::int64_t> numbers;
        for (const PlaceEvent& event : trackers.news.read(true).passages)
            numbers.push_back(event.number);
        return numbers;
    };
    using Numbers = std::vector<std::int64_t>;
    const std::int64_t second = TimedNumbers::in(std::chrono::seconds(1));
    const std::int64_t begin = 1'000'000 * second;
    pass(begin, 1000);
    CHECK(heard().empty());
    pass(begin + 1, 2000);
    CHECK(heard() == Numbers{begin + 1});
    CHECK(heard().empty());
    pass(begin + 30 * second, 3000);
    CHECK(heard() == Numbers{begin + 30 * second});
    pass(begin + 2, 4000);  // 30 seconds late
    CHECK(heard() == Numbers{begin + 2});
    NewsOfTwo::store(trackers.two, 5000);
    CHECK(heard().empty());
    pass(begin + 200 * second, 6000);
    CHECK(heard() == Numbers{begin + 200 * second});
    pass(begin + 201 * second, 7000);
    CHECK(heard() == Numbers{begin + 201 * second});
    // Beyond the overlap it is not heard of until somebody reads.
    pass(begin + 3, 8000);
    CHECK(heard().empty());
}

TEST_CASE("what nobody wants to hear is passed over, and is said to be there") {
    NewsOfTwo trackers;
    CHECK(trackers.heard().empty());
    NewsOfTwo::store(trackers.two, 1000);
    const ForeignNews::News news = trackers.news.read(false);
    CHECK(news.are_there);
    CHECK(news.fixes.empty());
    CHECK_FALSE(trackers.news.read(true).are_there);
}

TEST_CASE("of more than fits it is said that there was more, and what comes then is heard") {
    NewsOfTwo trackers;
    CHECK(trackers.heard().empty());
    NewsOfTwo::store(trackers.two, 1000, static_cast<int>(ForeignNews::kMostFixes) + 1);
    const ForeignNews::News news = trackers.news.read(true);
    CHECK(news.are_missing);
    CHECK(news.fixes.empty());
    NewsOfTwo::store(trackers.two, 900);
    CHECK(trackers.heard() == NewsTimes{900});
}

TEST_CASE("a tracker that comes later is heard from its first commit on") {
    NewsOfTwo trackers;
    CHECK(trackers.heard().empty());
    Store third(trackers.database.location(), Store::kQuarantineRoom, "three");
    NewsOfTwo::store(third, 1000);
    CHECK(trackers.heard() == NewsTimes{1000});
}

TEST_CASE("the doorbell rings when another tracker has stored something") {
    NewsOfTwo trackers;
    CHECK(trackers.news.doorbell() == -1);
    CHECK(trackers.heard().empty());
    REQUIRE(trackers.news.doorbell() != -1);
    CHECK_FALSE(trackers.news.rang());
    NewsOfTwo::store(trackers.two, 1000);
    CHECK(trackers.rings());
    CHECK(trackers.heard() == NewsTimes{1000});
}

TEST_CASE("after the connection was lost, what was stored meanwhile is heard") {
    NewsOfTwo trackers;
    CHECK(trackers.heard().empty());
    NewsOfTwo::store(trackers.two, 1000);
    Connection other = open_for_reading(trackers.database.location());
    // By what it has asked last.
    REQUIRE(other.number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                         "query LIKE '%FROM place_event%' AND pid <> pg_backend_pid()") == 1);
    while (trackers.news.doorbell() != -1) trackers.rings();
    NewsOfTwo::store(trackers.two, 1001);
    CHECK(trackers.heard() == NewsTimes{1000, 1001});
    CHECK(trackers.news.doorbell() != -1);
}

TEST_SUITE_END();
