#include "services/place_news.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "daemon/folder_under_test.hh"
#include "daemon/log_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/web_hooks.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

constexpr UnixMillis kDawn = 1'768'025'565'000;

// A store with a device, a place at 48 N 11 E, and a web hook.
struct Told {
    LogFolder folder;
    Log log{to_file(folder)};
    TemporaryFolder data;
    std::string path = data.file("waymark.db");
    std::unique_ptr<Store> store;

    Told() {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {"7"}, {}, {}}}, 0);
        connection.execute("INSERT INTO account (name, role, created_ms) VALUES ('ada', 2, 1)");
        Places(connection).add({0, "Home", {48, 11}, 100}, 5);
        WebHooks(connection).add({.by = 1, .url = "http://x/", .secret = "s"});
        store = std::make_unique<Store>(path);
    }

    // A transaction with one fix; what is news after it.
    std::size_t send(PlaceNews& news, double latitude, int second) {
        Fix fix;
        fix.device = 1;
        fix.time_ms = kDawn + second * 1000;
        fix.latitude_e7 = static_cast<std::int32_t>(latitude * 1e7);
        fix.longitude_e7 = 110'000'000;
        store->begin();
        if (store->add(fix) == Added::stored) news.note(fix, kDawn + 100'000);
        news.write(kDawn + 100'000);
        const bool is_durable = store->commit().durable;
        CHECK(is_durable);
        return news.take(is_durable).size();
    }
    std::int64_t count(const char* table) {
        Connection connection = open_for_reading(path);
        return connection.number(("SELECT count(*) FROM " + std::string(table)).c_str());
    }
};

}  // namespace

TEST_CASE("an event and its post are stored with the fix that shows it") {
    Told told;
    PlaceNews news(*told.store, told.log);
    CHECK(told.send(news, 48.1, 0) == 0);
    CHECK(told.send(news, 48.0, 1) == 1);
    CHECK(told.count("place_event") == 1);
    CHECK(told.count("web_hook_post") == 1);
}

TEST_CASE("a fault in what is written of places keeps no fix from being stored, and is said once") {
    Told told;
    PlaceNews news(*told.store, told.log);
    CHECK(told.send(news, 48.1, 0) == 0);
    told.store->change([](Connection& connection) {
        connection.execute(
            "CREATE TRIGGER fault BEFORE INSERT ON place_event BEGIN SELECT "
            "RAISE(ABORT, 'a fault'); END");
    });
    CHECK(told.send(news, 48.0, 1) == 0);
    CHECK(told.send(news, 48.0, 2) == 0);
    CHECK(told.count("fix") == 3);
    CHECK(told.count("place_event") == 0);
    CHECK(told.count("presence") == 0);
    const auto lines = lines_of(told.folder.file());
    CHECK(std::ranges::count_if(lines, [](const std::string& line) {
              return line.find("a fault") != std::string::npos;
          }) == 1);
    // When it has passed, who is where is known as before.
    told.store->change([](Connection& connection) { connection.execute("DROP TRIGGER fault"); });
    CHECK(told.send(news, 48.0, 3) == 1);
}

TEST_CASE("what was not made durable is no news") {
    Told told;
    PlaceNews news(*told.store, told.log);
    told.send(news, 48.1, 0);
    Fix fix;
    fix.device = 1;
    fix.time_ms = kDawn + 1000;
    fix.latitude_e7 = 480'000'000;
    fix.longitude_e7 = 110'000'000;
    told.store->begin();
    REQUIRE(told.store->add(fix) == Added::stored);
    news.note(fix, kDawn + 100'000);
    news.write(kDawn + 100'000);
    told.store->rollback();
    CHECK(news.take(false).empty());
    CHECK(told.count("place_event") == 0);
    CHECK(told.send(news, 48.0, 1) == 1);
}
