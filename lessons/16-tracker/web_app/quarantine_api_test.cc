#include "web_app/quarantine_api.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr UnixMillis kReceived = 1768025565000;
constexpr const char* kGood = "lat=48.1&lon=11.5&timestamp=1768025000";

std::string json_fields(const std::string& body, const std::string& more = "") {
    return more +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

// A web app whose store is this test.
struct QuarantineWithStore {
    WebApp app;
    waymark::daemon::Channel channel;
    Store store{app.database()};

    QuarantineWithStore() : channel((app.start(), app.connect_store())) {
        store.begin();
        store.add(Quarantined{1, 0, "lat_out_of_range", Source::traccar, "lat=95"}, kReceived);
        store.add(Quarantined{1, 0, "time_in_future", Source::osmand, kGood}, kReceived);
        store.add(Quarantined{2, 0, "not_finite", Source::osmand, "lat=nan\xff"}, kReceived);
        CHECK(store.commit().durable);
    }

    // Asks, and answers as the store service does.
    json post(const std::string& target, const std::string& body) {
        Browser browser = app.open(target, json_fields(body), "localhost", "POST");
        ChangeRequest request;
        const std::string message = receive(channel);
        REQUIRE(kind_of(message) == MessageKind::change);
        REQUIRE(read(message, request));
        const ChangeResult result = make_change(store, request, kReceived);
        channel.send(write(ChangeDone{request.id, result.status, result.body}));
        browser.read_until("\r\n\r\n");
        return json::parse(browser.read_to_end());
    }
};

}  // namespace

TEST_CASE("the list has what a person needs to judge a point, the newest first") {
    QuarantineWithStore tested;
    const json list = tested.app.get("/api/quarantine").data();
    REQUIRE(list["points"].size() == 3);
    CHECK(list["below"] == nullptr);
    CHECK(list["points"][1] == json{{"number", 2},
                                    {"received", kReceived},
                                    {"device", 1},
                                    {"position", 0},
                                    {"name", "alice/phone"},
                                    {"protocol", "osmand"},
                                    {"reason", "time_in_future"},
                                    {"size", 38},
                                    {"raw", kGood}});
    CHECK(tested.app.get("/api/quarantine?device=2").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?number=1").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?below=2").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?device=x").status == 400);
}

TEST_CASE(
    "raw bytes are shown as text and, where that hides something, in hex; and not all of many") {
    QuarantineWithStore tested;
    tested.store.begin();
    tested.store.add(Quarantined{2, 0, "not_finite", Source::osmand, std::string(5000, '<')},
                     kReceived);
    CHECK(tested.store.commit().durable);
    const json points = tested.app.get("/api/quarantine?device=2").data()["points"];
    CHECK(points[0]["size"] == 5000);
    CHECK(points[0]["raw"] == std::string(QuarantineApi::kMostRaw, '<'));
    CHECK_FALSE(points[0].contains("hex"));
    CHECK(points[1]["raw"] == "lat=nan\xef\xbf\xbd");
    CHECK(points[1]["hex"] == "6c61743d6e616eff");
}

TEST_CASE("the list says how much there is and how much may be") {
    QuarantineWithStore tested;
    const json list = tested.app.get("/api/quarantine").data();
    CHECK(list["bytes"] == 6 + 38 + 8 + 3 * kQuarantineRowCost);
    CHECK(list["room"] == Store::kQuarantineRoom);
}

TEST_CASE("the store decodes again, and deletes, and the page hears what came of it") {
    QuarantineWithStore tested;
    CHECK(tested.post("/api/quarantine/replay", "{}") ==
          json{{"moved", 1}, {"kept", 2}, {"after", nullptr}});
    CHECK(tested.post("/api/quarantine/delete", R"({"number":1})") ==
          json{{"deleted", 1}, {"done", true}});
    CHECK(tested.post("/api/quarantine/delete", R"({"device":1})")["deleted"] == 0);
    CHECK(tested.post("/api/quarantine/delete", R"({"all":true})")["deleted"] == 1);
    CHECK(tested.app.get("/api/quarantine").data()["points"].empty());
}

TEST_CASE("a replay that stored something says that pages and phones must hear of it") {
    QuarantineWithStore tested;
    ChangeRequest request;
    request.name = "quarantine.replay";
    request.arguments = R"({"device":2})";
    CHECK_FALSE(make_change(tested.store, request, kReceived).fixes);
    request.arguments = R"({"device":1})";
    const ChangeResult result = make_change(tested.store, request, kReceived);
    CHECK(result.fixes);
    CHECK(result.devices);
    CHECK(tested.store.sequence() == 1);
}

TEST_CASE("nothing is deleted by a forgotten argument, by GET, or for a page of somebody else") {
    QuarantineWithStore tested;
    for (const char* forgotten : {"{}", R"({"all":false})", R"({"every":true})"})
        CHECK(tested.post("/api/quarantine/delete", forgotten).contains("error"));
    const auto post = [&tested](const char* fields, const char* host) {
        Browser browser = tested.app.open("/api/quarantine/delete",
                                          json_fields(R"({"all":true})", fields), host, "POST");
        return browser.read_until("\r\n\r\n").substr(9, 3);
    };
    CHECK(tested.app.get("/api/quarantine/delete?all=1").status == 405);
    CHECK(post("", "evil.example") == "403");
    CHECK(post("Origin: http://evil.example\r\n", "localhost") == "403");
    CHECK(post("Origin: http://localhost:1\r\n", "localhost:2") == "403");
    CHECK(post("Origin: null\r\n", "localhost") == "403");
    CHECK(post("Sec-Fetch-Site: cross-site\r\n", "localhost") == "403");
    CHECK(post("Sec-Fetch-Site: same-site\r\n", "localhost") == "403");
    CHECK(tested.app.get("/api/quarantine").data()["points"].size() == 3);
}

TEST_CASE("a page of ours may") {
    QuarantineWithStore tested;
    Browser browser = tested.app.open(
        "/api/quarantine/delete",
        json_fields(R"({"all":true})",
                    "Origin: http://LOCALHOST:8080\r\nSec-Fetch-Site: same-origin\r\n"),
        "localhost:8080", "POST");
    CHECK(kind_of(receive(tested.channel)) == MessageKind::change);
}

TEST_CASE("without a store a wish is to be repeated later") {
    WebApp app;
    app.start();
    Browser browser = app.open("/api/quarantine/replay", json_fields("{}"), "localhost", "POST");
    CHECK(browser.read_until("\r\n\r\n").find("HTTP/1.1 503") == 0);
}
