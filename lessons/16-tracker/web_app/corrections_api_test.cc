#include "web_app/corrections_api.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr UnixMillis kMinuteMs = 60'000;

// A web app whose store is this test. Device 1 has ten fixes, one a minute, and the one of minute 5
// is 100 km away.
struct Correcting {
    WebApp app;
    waymark::daemon::Channel channel;
    Store store{app.database()};
    bool told_of_fixes = false;
    bool told_of_devices = false;

    Correcting() : channel((app.start(), app.connect_store())) {
        store.begin();
        for (int minute = 0; minute < 10; ++minute) store.add(minute_fix(minute));
        CHECK(store.commit().durable);
    }
    static Fix minute_fix(int minute) {
        Fix fix = fix_at(1, kStart + minute * kMinuteMs);
        fix.latitude_e7 = 481'000'000 + (minute == 5 ? 10'000'000 : minute * 1000);
        fix.longitude_e7 = 115'000'000;
        fix.speed_mps = 2.0F;
        return fix;
    }

    // Asks, and answers as the store service does.
    json post(const std::string& action, const json& body) {
        Browser browser =
            app.open("/api/corrections/" + action, fields_of(body.dump()), "localhost", "POST");
        ChangeRequest request;
        const std::string message = receive(channel);
        REQUIRE(kind_of(message) == MessageKind::change);
        REQUIRE(read(message, request));
        const ChangeResult result = make_change(store, request, kStart);
        told_of_fixes = result.fixes;
        told_of_devices = result.devices;
        channel.send(write(ChangeDone{request.id, result.status, result.body}));
        browser.read_until("\r\n\r\n");
        return json::parse(browser.read_to_end());
    }
    static std::string fields_of(const std::string& body) {
        return "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    }
    json get(const std::string& what, const std::string& query) {
        return app.get("/api/corrections" + what + "?device=1" + query).data();
    }
    // The whole of it.
    static json all(json more = json::object()) {
        json choice{{"device", 1}, {"from", kStart}, {"to", kStart + 10 * kMinuteMs}};
        choice.update(more);
        return choice;
    }
    static std::string all_as_query() {
        return fmt::format("&from={}&to={}", kStart, kStart + 10 * kMinuteMs);
    }
    std::int64_t last_minute() {
        const json positions = app.get("/api/positions").data()["positions"];
        for (const json& position : positions)
            if (position["device"] == 1)
                return (position["time"].get<std::int64_t>() - kStart) / kMinuteMs;
        return -1;
    }
};

std::string key_text(const json& point) {
    return fmt::format("{},{},{}", point[0].get<std::int64_t>(), point[1].get<std::int64_t>(),
                       point[2].get<std::int64_t>());
}

}  // namespace

TEST_CASE("a jump is suggested, hidden, shown again, deleted, and sent again it is not back") {
    Correcting tested;
    const json outliers = tested.get("/outliers", Correcting::all_as_query());
    REQUIRE(outliers["outliers"].size() == 1);
    CHECK(outliers["more"] == false);
    const json& jump = outliers["outliers"][0];
    CHECK(jump[0] == kStart + 5 * kMinuteMs);
    CHECK(jump[3].get<double>() == doctest::Approx(111'150).epsilon(0.01));

    const json body{{"device", 1}, {"points", {key_text(jump)}}};
    const json hidden = tested.post("hide", body);
    CHECK(hidden["points"] == 1);
    CHECK(hidden["done"] == true);
    CHECK(tested.told_of_fixes);
    CHECK(tested.told_of_devices);
    CHECK(tested.get("/count", Correcting::all_as_query())["points"] == 9);
    const json list = tested.get("", "")["corrections"];
    REQUIRE(list.size() == 1);
    CHECK(list[0]["kind"] == "hidden");
    CHECK(list[0]["by"] == "owner");
    CHECK(list[0]["points"] == 1);
    const std::string which = fmt::format("&correction={}", list[0]["number"].get<int>());
    CHECK(tested.get("/hidden", which)["points"][0][0] == jump[0]);

    const json one{{"device", 1}, {"correction", list[0]["number"]}};
    CHECK(tested.post("undo", one) ==
          json{{"correction", list[0]["number"]}, {"points", 0}, {"done", false}});
    CHECK(tested.post("go-on", one) ==
          json{{"correction", nullptr}, {"points", 0}, {"done", true}});
    CHECK(tested.get("/count", Correcting::all_as_query())["points"] == 10);
    CHECK(tested.get("", "")["corrections"].empty());

    CHECK(tested.post("delete", body)["points"] == 1);
    tested.store.begin();
    CHECK(tested.store.add(Correcting::minute_fix(5)) == Added::duplicate);
    CHECK(tested.store.commit().durable);
    CHECK(tested.get("/count", Correcting::all_as_query())["points"] == 9);
}

TEST_CASE("whatever tells of positions leaves out what is hidden") {
    Correcting tested;
    CHECK(tested.last_minute() == 9);
    json hidden = tested.post("hide", Correcting::all({{"from", kStart + 8 * kMinuteMs}}));
    CHECK(hidden["points"] == 2);
    hidden = tested.post("go-on", {{"device", 1}, {"correction", hidden["correction"]}});
    CHECK(hidden["done"] == true);
    CHECK(tested.last_minute() == 7);
    const json days = tested.app.get("/api/days?device=1").data()["days"];
    CHECK(days[0]["points"] == 8);
    const std::string track = "/api/track?format=json&device=1" + Correcting::all_as_query();
    CHECK(tested.app.get(track).data()["points"].size() == 8);
    const json points = tested.get("/points", Correcting::all_as_query());
    CHECK(points["points"].size() == 8);
    CHECK(points["more"] == false);
    CHECK(points["points"][0] == json{kStart, 481'000'000, 115'000'000, 2.0});
    const std::string after = "&after=" + key_text(points["points"][6]);
    CHECK(tested.get("/points", Correcting::all_as_query() + after)["points"].size() == 1);
}

TEST_CASE("a box chooses, for counting, hiding and deleting alike") {
    Correcting tested;
    const std::string box = "481000000,114000000,481002000,116000000";
    CHECK(tested.get("/count", Correcting::all_as_query() + "&box=" + box)["points"] == 3);
    const json hidden = tested.post("hide", Correcting::all({{"box", box}}));
    CHECK(hidden["points"] == 3);
    CHECK(tested.get("", "")["corrections"][0]["box"] ==
          json{481'000'000, 114'000'000, 481'002'000, 116'000'000});
    // What has not ended is in the way of another.
    CHECK(tested.post("delete", Correcting::all())["error"].get<std::string>().find(
              "has not ended") != std::string::npos);
    const json one{{"device", 1}, {"correction", hidden["correction"]}};
    tested.post("go-on", one);
    json deleted = tested.post("delete-hidden", one);
    while (deleted["done"] == false) deleted = tested.post("go-on", one);
    CHECK(tested.get("", "")["corrections"].empty());
    CHECK(tested.get("/count", Correcting::all_as_query())["points"] == 7);
}

TEST_CASE("a unit is set, and what was read before is put right") {
    Correcting tested;
    CHECK(tested.get("/units", "") == json{{"unit", "default"},
                                           {"is_set", false},
                                           {"pairs", 0},
                                           {"protocol", "unknown"},
                                           {"read_as", nullptr},
                                           {"ratio", nullptr},
                                           {"suggested", nullptr}});
    CHECK(tested.post("unit", {{"device", 1}, {"unit", "kmh"}}).empty());
    CHECK(tested.told_of_devices);
    CHECK(tested.get("/units", "")["unit"] == "kmh");
    json speeds = tested.post("speeds", Correcting::all({{"read_as", "mps"}, {"sent_as", "kmh"}}));
    while (speeds["done"] == false)
        speeds = tested.post("go-on", {{"device", 1}, {"correction", speeds["correction"]}});
    CHECK(speeds["points"] == 10);
    CHECK(tested.get("/points", Correcting::all_as_query())["points"][0][3].get<double>() ==
          doctest::Approx(0.556));
    CHECK(tested.get("", "")["corrections"][0]["sent_as"] == "kmh");
}

TEST_CASE("a hint is given where the data contradicts the unit") {
    Correcting tested;
    tested.store.begin();
    for (int second = 0; second < 400; second += 5) {
        Fix fix = fix_at(2, kStart + second * 1000);
        fix.source = Source::traccar;
        fix.latitude_e7 = 481'000'000 + second * 900;  // some 10 m/s
        fix.speed_mps = 18.53F;
        tested.store.add(fix);
    }
    CHECK(tested.store.commit().durable);
    const std::string address =
        fmt::format("/api/corrections/units?device=2&now={}", kStart + kDay);
    const json hint = tested.app.get(address).data();
    CHECK(hint["read_as"] == "knots");
    CHECK(hint["suggested"] == "kmh");
    CHECK(hint["protocol"] == "traccar");
    tested.post("unit", {{"device", 2}, {"unit", "kmh"}});
    const json set = tested.app.get(address).data();
    CHECK(set["pairs"] == 0);  // nothing has come since
    CHECK(set["suggested"] == nullptr);
}

TEST_CASE("what makes no sense is refused in words, and a GET changes nothing") {
    Correcting tested;
    const auto status = [&](const std::string& what) {
        return tested.app.get("/api/corrections" + what).status;
    };
    CHECK(status("") == 400);
    CHECK(status("/count?device=1") == 400);
    CHECK(status("/count?device=1&from=5&to=4") == 400);
    CHECK(status("/count?device=1&from=5&to=6&box=1,2,3") == 400);
    CHECK(status("/points?device=1&from=5&to=6&after=x") == 400);
    CHECK(status("/hidden?device=1&correction=7") == 404);
    CHECK(status("/hide?device=1") == 405);
    for (const json& wrong : {
             json{{"device", 1}},
             Correcting::all({{"colour", 1}}),
             Correcting::all({{"box", "1,2"}}),
             json{{"device", 1}, {"points", {"1,2"}}},
             json{{"device", 1}, {"points", json::array()}},
             json{{"device", 9}, {"from", 0}, {"to", 1}},
         })
        CHECK(tested.post("hide", wrong).contains("error"));
    CHECK(tested.post("unit", {{"device", 1}, {"unit", "furlongs"}}).contains("error"));
    CHECK(tested.post("undo", {{"device", 1}, {"correction", 7}}).contains("error"));
    CHECK(tested.get("/count", Correcting::all_as_query())["points"] == 10);
    const json hidden = tested.post("hide", Correcting::all());
    const json other{{"device", 2}, {"correction", hidden["correction"]}};
    // Of another device, which may be hidden from whoever asks, and not there: the same words.
    const json missing{{"device", 2}, {"correction", 77}};
    for (const char* action : {"undo", "go-on", "delete-hidden"})
        CHECK(tested.post(action, other) == tested.post(action, missing));
    json points{{"device", 2}, {"points", {"1,2,3"}}, {"correction", hidden["correction"]}};
    const json added = tested.post("hide", points);
    points["correction"] = 77;
    CHECK(added == tested.post("hide", points));
    CHECK(added["error"].get<std::string>().find("not there any more") != std::string::npos);
    CHECK(tested.app
              .get(fmt::format("/api/corrections/hidden?device=2&correction={}",
                               hidden["correction"].get<int>()))
              .status == 404);
}
