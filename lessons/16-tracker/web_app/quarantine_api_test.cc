#include "web_app/quarantine_api.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/quarantine_wishes.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr UnixMillis kReceived = 1768025565000;
constexpr const char* kGood = "lat=48.1&lon=11.5&timestamp=1768025000";

// A web app whose store is this test.
struct WithStore {
    WebApp app;
    waymark::daemon::Channel channel;
    Store store{app.database()};

    WithStore() : channel((app.start(), app.connect_store())) {
        store.begin();
        store.add(Quarantined{1, 0, "lat_out_of_range", Source::traccar, "lat=95"}, kReceived);
        store.add(Quarantined{1, 0, "time_in_future", Source::osmand, kGood}, kReceived);
        store.add(Quarantined{2, 0, "not_finite", Source::osmand, "lat=nan\xff"}, kReceived);
        CHECK(store.commit().durable);
    }

    // Asks, and answers as the store service does.
    json post(const std::string& target) {
        Browser browser = app.open(target, "Connection: close\r\n", "localhost", "POST");
        QuarantineWish wish;
        const std::string message = receive(channel);
        REQUIRE(kind_of(message) == MessageKind::quarantine_wish);
        REQUIRE(read(message, wish));
        std::vector<Fix> fresh;
        channel.send(write(fulfil(wish, store, fresh)));
        browser.read_until("\r\n\r\n");
        return json::parse(browser.read_to_end());
    }
};

}  // namespace

TEST_CASE("the list has what a person needs to judge a point, the newest first") {
    WithStore tested;
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
                                    {"raw", kGood}});
    CHECK(tested.app.get("/api/quarantine?device=2").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?number=1").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?below=2").data()["points"].size() == 1);
    CHECK(tested.app.get("/api/quarantine?device=x").status == 400);
}

TEST_CASE("the store decodes again, and deletes, and the page hears what came of it") {
    WithStore tested;
    CHECK(tested.post("/api/quarantine/replay") ==
          json{{"moved", 1}, {"kept", 2}, {"after", nullptr}});
    CHECK(tested.post("/api/quarantine/delete?number=1") == json{{"deleted", 1}});
    CHECK(tested.post("/api/quarantine/delete?device=1") == json{{"deleted", 0}});
    CHECK(tested.post("/api/quarantine/delete?all=1") == json{{"deleted", 1}});
    CHECK(tested.app.get("/api/quarantine").data()["points"].empty());
}

TEST_CASE("nothing is deleted by a forgotten parameter, by GET, or for a page of somebody else") {
    WithStore tested;
    const auto post = [&tested](const char* target, const char* fields, const char* host) {
        return tested.app.get(target, fields, host, "POST").status;
    };
    CHECK(post("/api/quarantine/delete", "", "localhost") == 400);
    CHECK(tested.app.get("/api/quarantine/delete?all=1").status == 405);
    const char* const all = "/api/quarantine/delete?all=1";
    CHECK(post(all, "", "evil.example") == 403);
    CHECK(post(all, "Origin: http://evil.example\r\n", "localhost") == 403);
    CHECK(post(all, "Origin: http://localhost:1\r\n", "localhost:2") == 403);
    CHECK(post(all, "Origin: null\r\n", "localhost") == 403);
    CHECK(post(all, "Sec-Fetch-Site: cross-site\r\n", "localhost") == 403);
    CHECK(post(all, "Sec-Fetch-Site: same-site\r\n", "localhost") == 403);
    CHECK(tested.app.get("/api/quarantine").data()["points"].size() == 3);
}

TEST_CASE("a page of ours may") {
    WithStore tested;
    Browser browser = tested.app.open("/api/quarantine/delete?all=1",
                                      "Origin: http://LOCALHOST:8080\r\n"
                                      "Sec-Fetch-Site: same-origin\r\nConnection: close\r\n",
                                      "localhost:8080", "POST");
    CHECK(kind_of(receive(tested.channel)) == MessageKind::quarantine_wish);
}

TEST_CASE("without a store a wish is to be repeated later") {
    WebApp app;
    app.start();
    CHECK(app.get("/api/quarantine/replay", "", "localhost", "POST").status == 503);
}
