#include "web_app/api.hh"

#include <doctest/doctest.h>

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
    CHECK(devices[0] == json{{"id", 1}, {"name", "alice/phone"}, {"may_change", true}});
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
