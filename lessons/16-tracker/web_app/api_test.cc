#include "web_app/api.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unix_time.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

TEST_CASE("devices and positions are those of the database") {
    WebApp app;
    const std::uint64_t sequence = app.store({fix_at(1, kStart), fix_at(1, kStart + 5000),
                                              fix_at(1, kStart + 9000, false), fix_at(2, kStart)});
    app.heartbeat(2, 25.0F, kStart + 60'000);
    app.start();
    const json devices = app.get("/api/devices").data()["devices"];
    REQUIRE(devices.size() == 3);
    CHECK(devices[0] == json{{"id", 1}, {"name", "alice/phone"}});
    CHECK(devices[1]["name"] == "bob \"b\" \\ ü");

    const json answer = app.get("/api/positions").data();
    CHECK(answer["now"].get<UnixMillis>() > kStart);
    CHECK(answer["event"].get<std::string>().ends_with("-" + std::to_string(sequence)));
    const json positions = answer["positions"];
    REQUIRE(positions.size() == 2);
    CHECK(positions[0] == json{{"device", 1},
                               {"name", "alice/phone"},
                               {"time", kStart + 5000},
                               {"lat", 48.1},
                               {"lon", 11.5},
                               {"speed_mps", 1.5},
                               {"course_deg", nullptr},
                               {"altitude_m", nullptr},
                               {"accuracy_m", nullptr},
                               {"battery_pct", 50},
                               {"seen", kStart + 5000}});
    CHECK(positions[1]["battery_pct"] == 25);
    CHECK(positions[1]["seen"] == kStart + 60'000);
}

TEST_CASE("a fix far ahead holds no place, and no device was seen in the future") {
    WebApp app;
    const UnixMillis now = unix_now();
    app.store({fix_at(1, now - 60'000), fix_at(1, now + 23 * 3'600'000), fix_at(2, now + kDay)});
    app.start();
    const json positions = app.get("/api/positions").data()["positions"];
    REQUIRE(positions.size() == 1);
    CHECK(positions[0]["time"] == now - 60'000);
    CHECK(positions[0]["seen"].get<UnixMillis>() <= unix_now());
}

TEST_CASE("a track comes as columns or as JSON, in the order of time and without invalid fixes") {
    WebApp app;
    std::vector<Fix> fixes;
    for (int second = 999; second >= 0; --second)
        fixes.push_back(fix_at(1, kStart + second * 1000, second != 500));
    app.store(fixes);
    app.start();
    const std::string range =
        fmt::format("/api/track?device=1&from={}&to={}", kStart, kStart + kDay);
    const Reply columns = app.get(range);
    CHECK(columns.status == 200);
    CHECK(columns.head.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
    CHECK(columns.head.find("Content-Length: 19996\r\n") != std::string::npos);
    CHECK(columns.body.size() == 16 + 999 * 20);
    CHECK(columns.body.substr(0, 4) == std::string("\xE7\x03\0\0", 4));
    CHECK(app.get(range, "", "localhost", "HEAD").body.empty());

    const json points = app.get(range + "&format=json").data()["points"];
    REQUIRE(points.size() == 999);
    CHECK(points[0] == json{kStart, 48.1, 11.5, 1.5, nullptr});
    CHECK(points[500][0] == kStart + 501'000);

    CHECK(app.get(range + "&max=100").body.size() <= 16 + 100 * 20);
    CHECK(app.get(fmt::format("/api/track?device=9&from=0&to={}", kDay)).body.size() == 16);
    CHECK(app.get(fmt::format("/api/track?device=1&from={0}&to={0}", kStart)).body.size() == 16);
}

TEST_CASE("a bad parameter is refused by its name") {
    WebApp app;
    app.start();
    const struct {
        const char* target;
        const char* name;
    } cases[] = {
        {"/api/track", "'device'"},
        {"/api/track?device=1&from=0", "'to'"},
        {"/api/track?device=0&from=0&to=1", "'device'"},
        {"/api/track?device=x&from=0&to=1", "'device'"},
        {"/api/track?device=1&from=2&to=1", "'to'"},
        {"/api/track?device=1&from=0&to=2682000001", "31 days"},
        {"/api/track?device=1&from=0&to=1&max=1", "'max'"},
        {"/api/track?device=1&from=0&to=1&format=xml", "'format'"},
        {"/api/track?device=1&from=0&to=%zz", "escape"},
        {"/api/days", "'device'"},
        {"/api/days?device=1&offset=1441", "'offset'"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.target);
        const Reply answer = app.get(one.target);
        CHECK(answer.status == 400);
        CHECK(answer.data()["error"].get<std::string>().find(one.name) != std::string::npos);
    }
    CHECK(app.get("/api/track?device=1&from=0&to=2682000000").status == 200);
}

TEST_CASE("days are those of the local calendar, and count what a track has") {
    WebApp app;
    app.store({fix_at(1, kStart + kDay - 1), fix_at(1, kStart + kDay), fix_at(1, kStart + kDay + 1),
               fix_at(1, kStart + kDay + 2, false)});
    app.start();
    CHECK(app.get("/api/days?device=1").data()["days"] ==
          json{{{"day", "2014-09-10"}, {"points", 1}, {"from", kStart}, {"to", kStart + kDay}},
               {{"day", "2014-09-11"},
                {"points", 2},
                {"from", kStart + kDay},
                {"to", kStart + 2 * kDay}}});
    constexpr UnixMillis kTwoHours = 7'200'000;
    CHECK(app.get("/api/days?device=1&offset=120").data()["days"] ==
          json{{{"day", "2014-09-11"},
                {"points", 3},
                {"from", kStart + kDay - kTwoHours},
                {"to", kStart + 2 * kDay - kTwoHours}}});
    CHECK(app.get("/api/days?device=3").data()["days"] == json::array());
}

TEST_CASE("a summer's fix half an hour after midnight is of its day when it is winter") {
    WebApp app;
    constexpr UnixMillis kHour = kDay / 24;
    // 2014: summer time from 30 March 01:00 UTC to 26 October 01:00 UTC. The fix is of 10
    // September.
    constexpr UnixMillis kAutumn = kStart + 46 * kDay + kHour;
    const UnixMillis after_midnight = kStart - 2 * kHour + kHour / 2;
    app.store({fix_at(1, after_midnight), fix_at(1, kAutumn - 1), fix_at(1, kAutumn)});
    app.start();
    const std::string changes = fmt::format("60,{}:120,{}:60", 23'269'020, kAutumn / 60'000);
    CHECK(app.get("/api/days?device=1&offset=" + changes).data()["days"] ==
          json{{{"day", "2014-09-10"},
                {"points", 1},
                {"from", kStart - 2 * kHour},
                {"to", kStart + kDay - 2 * kHour}},
               {{"day", "2014-10-26"},
                {"points", 2},
                {"from", kStart + 46 * kDay - 2 * kHour},
                {"to", kStart + 47 * kDay - kHour}}});
}

TEST_CASE("a database that cannot be read is 503, and read again when it is back") {
    WebApp app;
    app.start();
    std::filesystem::rename(app.database(), app.database() + ".away");
    const Reply answer = app.get("/api/devices");
    CHECK(answer.status == 503);
    CHECK(answer.head.find("Retry-After: ") != std::string::npos);
    CHECK(app.get("/").status == 200);
    std::filesystem::rename(app.database() + ".away", app.database());
    CHECK(app.get("/api/devices").status == 200);
}
