#include "web_app/history_api.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

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
    CHECK(columns.head.find("Content-Length: 24991\r\n") != std::string::npos);
    CHECK(columns.body.size() == 16 + 999 * 25);
    CHECK(columns.body.substr(0, 4) == std::string("\xE7\x03\0\0", 4));
    CHECK(app.get(range, "", "localhost", "HEAD").body.empty());

    const json points = app.get(range + "&format=json").data()["points"];
    REQUIRE(points.size() == 999);
    CHECK(points[0] == json{kStart, 48.1, 11.5, 1.5, nullptr});
    CHECK(points[500][0] == kStart + 501'000);

    CHECK(app.get(range + "&max=100").body.size() <= 16 + 100 * 25);
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
        {"/api/track?device=1&from=0&to=253402300800001", "'to'"},
        {"/api/track?device=1&from=0&to=1&max=300001", "'max'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=0&east=1&north=1", "'zoom'"},
        {"/api/track?device=1&from=0&to=1&zoom=3", "'west'"},
        {"/api/track?device=1&from=0&to=1&west=-181&south=0&east=1&north=1&zoom=3", "'west'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=0&east=181&north=1&zoom=3", "'east'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=-91&east=1&north=1&zoom=3", "'south'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=2&east=1&north=1&zoom=3", "'north'"},
        {"/api/track?device=1&from=0&to=1&west=nan&south=0&east=1&north=1&zoom=3", "'west'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=0&east=inf&north=1&zoom=3", "'east'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=0&east=1&north=1&zoom=25", "'zoom'"},
        {"/api/track?device=1&from=0&to=1&west=0&south=0&east=1&north=1&zoom=", "'zoom'"},
        {"/api/summary?device=1&from=0", "'to'"},
        {"/api/summary?device=1&from=1&to=0", "'to'"},
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
    // A century.
    CHECK(app.get("/api/track?device=1&from=0&to=3155760000000").status == 200);
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

namespace {

// North along the meridian of Munich, a hundred metres in ten seconds.
std::vector<Fix> ride_north(UnixMillis begin, int count) {
    std::vector<Fix> fixes;
    for (int i = 0; i < count; ++i) {
        fixes.push_back(fix_at(1, begin + i * 10'000));
        fixes.back().latitude_e7 += i * 8993;
        fixes.back().speed_mps = 10.0F;
        fixes.back().altitude_m = 500.0F + static_cast<float>(i);
    }
    return fixes;
}

}  // namespace

TEST_CASE(
    "a box and a zoom give what can be seen there, with the fixes outside to which lines go") {
    WebApp app;
    app.store(ride_north(kStart, 1000));
    app.start();
    const std::string range =
        fmt::format("/api/track?format=json&device=1&from={}&to={}&zoom=14", kStart, kStart + kDay);
    const json seen = app.get(range + "&west=11.4&east=11.6&south=48.3&north=48.4").data();
    REQUIRE(seen["points"].size() > 10);
    CHECK(seen["points"].size() < 200);
    CHECK(seen["breaks"] == json{0});
    CHECK(seen["points"].front()[1].get<double>() < 48.3);
    CHECK(seen["points"].front()[1].get<double>() > 48.2985);
    CHECK(seen["points"].back()[1].get<double>() > 48.4);
    CHECK(seen["sampled"] == false);
    // Another side of the world, and a box across the date line with no fix in it.
    CHECK(app.get(range + "&west=100&east=101&south=48.3&north=48.4").data()["points"].empty());
    CHECK(app.get(range + "&west=170&east=-170&south=48&north=49").data()["points"].empty());
    CHECK(app.get(range + "&west=170&east=12&south=48.3&north=48.4").data()["points"].size() > 10);
}

TEST_CASE("a summary adds up all fixes of the span, and of an empty one nothing") {
    WebApp app;
    app.store(ride_north(kStart, 101));
    app.start();
    const json sum =
        app.get(fmt::format("/api/summary?device=1&from=0&to={}", kStart + kDay)).data();
    CHECK(sum["fixes"] == 101);
    CHECK(sum["first"] == kStart);
    CHECK(sum["last"] == kStart + 1'000'000);
    CHECK(sum["distance_m"].get<double>() == doctest::Approx(10'000).epsilon(0.001));
    CHECK(sum["moving_ms"] == 1'000'000);
    CHECK(sum["top_speed_mps"] == 10);
    CHECK(sum["climb_m"] == 100);
    CHECK(sum["gaps"] == 0);
    CHECK(sum["speeds_sent"] == true);
    CHECK(sum["whole"] == true);
    CHECK(
        app.get(fmt::format("/api/summary?device=1&from={}&to={}", kStart + 1'000, kStart + 21'000))
            .data()["fixes"] == 2);
    CHECK(app.get("/api/summary?device=3&from=0&to=1").data() == json{{"fixes", 0},
                                                                      {"first", 0},
                                                                      {"last", 0},
                                                                      {"distance_m", 0.0},
                                                                      {"moving_ms", 0},
                                                                      {"top_speed_mps", nullptr},
                                                                      {"climb_m", nullptr},
                                                                      {"gaps", 0},
                                                                      {"speeds_sent", false},
                                                                      {"whole", true}});
}
