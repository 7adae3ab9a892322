#include "web_app/place_api.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/hook_messages.hh"
#include "store/open_database.hh"
#include "store/place_events.hh"
#include "web_app/answering_store.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

PlaceEvent came(DeviceNumber device, Passage kind = Passage::enter) {
    return {.device = device,
            .place = 1,
            .place_name = "Home",
            .kind = kind,
            .time_ms = kStart + 1000,
            .noticed_ms = kStart + 2000};
}

// A web app with a store that does what it is asked, and a member who may see the first device.
struct Placed {
    WebApp app;
    std::string member =
        "Cookie: waymark=" + app.begin_session("ada", Role::member, {{1, false}}) + "\r\n";
    std::optional<AnsweringStore> store;

    explicit Placed(std::vector<std::string> web_hooks = {"public"}) {
        app.start([&](Settings& settings) { settings.web_hooks = web_hooks; });
        store.emplace(app);
    }
    ~Placed() { app.stop(); }

    void add(const std::vector<PlaceEvent>& events) {
        Connection connection = open_for_writing(app.database());
        for (const PlaceEvent& event : events) PlaceEvents(connection).add(event);
    }
};

}  // namespace

TEST_CASE("who came and went is told of the devices that the viewer may see") {
    Placed placed;
    placed.add({came(1), came(2), came(1, Passage::leave)});
    const nlohmann::json all = placed.app.get("/api/places/events").data();
    REQUIRE(all["events"].size() == 3);
    CHECK(all["below"] == nullptr);
    CHECK(all["events"][0]["kind"] == "leave");
    const nlohmann::json first = all["events"][2];
    CHECK(first["event"] == 1);
    CHECK(first["kind"] == "enter");
    CHECK(first["place"] == 1);
    CHECK(first["name"] == "Home");
    CHECK(first["device"] == 1);
    CHECK(first["time"] == kStart + 1000);
    CHECK(first["noticed"] == kStart + 2000);
    const nlohmann::json seen = placed.app.get("/api/places/events", placed.member).data();
    REQUIRE(seen["events"].size() == 2);
    for (const auto& event : seen["events"]) CHECK(event["device"] == 1);
    CHECK(placed.app.get("/api/places/events", kStranger).status == 401);
    CHECK(placed.app.get("/api/places/events?below=x").status == 400);
}

TEST_CASE("older ones come a page at a time") {
    Placed placed;
    placed.add(std::vector<PlaceEvent>(PlaceApi::kEventsOfAPage + 3, came(1)));
    const nlohmann::json newest = placed.app.get("/api/places/events").data();
    CHECK(newest["events"].size() == PlaceApi::kEventsOfAPage);
    CHECK(newest["below"] == 4);
    const nlohmann::json rest = placed.app.get("/api/places/events?below=4").data();
    CHECK(rest["events"].size() == 3);
    CHECK(rest["below"] == nullptr);
}

TEST_CASE("a web hook is its maker's: made, tried, removed, and nobody else's to see") {
    Placed placed;
    WebApp& app = placed.app;
    const Reply made = post_json(app, "/api/hooks/add", R"({"url":"https://x.example/a?b"})");
    REQUIRE(made.status == 200);
    CHECK(made.data()["secret"].get<std::string>().starts_with("whsec_"));
    const nlohmann::json list = app.get("/api/hooks").data();
    CHECK(list["are_on"] == true);
    REQUIRE(list["hooks"].size() == 1);
    const nlohmann::json hook = list["hooks"][0];
    CHECK(hook["url"] == "https://x.example/a?b");
    CHECK(hook["place"] == nullptr);
    CHECK(hook["tried"] == nullptr);
    CHECK(hook["waiting"] == 0);
    CHECK_FALSE(hook.contains("secret"));
    CHECK(app.get("/api/hooks", placed.member).data()["hooks"].empty());
    const std::string one = R"({"hook":1})";
    for (const char* path : {"/api/hooks/remove", "/api/hooks/test"}) {
        CHECK(post_json(app, path, one, placed.member).data()["error"] ==
              "this web hook is not there any more");
        CHECK(post_json(app, path, one, kStranger).status == 401);
    }
    CHECK(post_json(app, "/api/hooks/test", one).status == 200);
    CHECK(app.get("/api/hooks").data()["hooks"][0]["waiting"] == 1);
    CHECK(post_json(app, "/api/hooks/remove", one).status == 200);
    CHECK(app.get("/api/hooks").data()["hooks"].empty());
    // A member's own.
    CHECK(
        post_json(app, "/api/hooks/add", R"({"url":"https://y.example/"})", placed.member).status ==
        200);
    CHECK(app.get("/api/hooks", placed.member).data()["hooks"].size() == 1);
}

TEST_CASE("an address that could lead elsewhere is refused, as is a place that is not there") {
    Placed placed;
    for (const char* body :
         {R"({"url":"file:///etc/passwd"})", R"({"url":"https://a@b/"})", R"({"url":7})", "{}",
          R"({"url":"https://x.example/","place":9})", R"({"url":"https://x.example/","to":1})",
          R"({"url":"http://127.1/"})"}) {
        CAPTURE(body);
        CHECK(post_json(placed.app, "/api/hooks/add", body).status == 400);
    }
}

TEST_CASE("a server that posts nothing says so, and takes no hook") {
    Placed placed(std::vector<std::string>{});
    CHECK(placed.app.get("/api/hooks").data()["are_on"] == false);
    const Reply refused =
        post_json(placed.app, "/api/hooks/add", R"({"url":"https://x.example/"})");
    CHECK(refused.status == 409);
    CHECK(refused.body.find("--web-hooks") != std::string::npos);
}

TEST_CASE("a polygon is saved and read, and one that crosses itself is refused in words") {
    Placed placed;
    const std::string square = R"("corners":[[48.0,11.0],[48.0,11.01],[48.01,11.01],[48.01,11.0]])";
    CHECK(post_json(placed.app, "/api/places/add", R"({"name":"Park",)" + square + "}").status ==
          200);
    const nlohmann::json place = placed.app.get("/api/places").data()["places"][0];
    CHECK(place["corners"].size() == 4);
    CHECK(place["corners"][1][1] == 11.01);
    CHECK(place["lat"] == 48.005);
    const Reply crossed = post_json(
        placed.app, "/api/places/add",
        R"({"name":"Bow","corners":[[48.0,11.0],[48.01,11.01],[48.01,11.0],[48.0,11.01]]})");
    CHECK(crossed.status == 400);
    CHECK(crossed.body.find("crosses or touches itself") != std::string::npos);
    for (const char* corners : {"[]", "[[1]]", "[[1,2,3]]", "[[\"a\",1]]", "7", "[[1,2],[3,4]]"})
        CHECK(post_json(placed.app, "/api/places/add",
                        std::string(R"({"name":"x","corners":)") + corners + "}")
                  .status == 400);
}

TEST_CASE("those who may see a device are told live that there is news of it") {
    WebApp app;
    const std::string member =
        "Cookie: waymark=" + app.begin_session("ada", Role::member, {{1, false}}) + "\r\n";
    app.start();
    daemon::Channel store = app.connect_store();
    Browser admins = app.open("/api/live");
    Browser members = app.open("/api/live", member);
    for (Browser* browser : {&admins, &members}) browser->read_until("retry: 2000\n\n");
    store.send(write_passages({came(2)}).at(0));
    admins.read_until("event: passages\ndata: {}\n\n");
    // The member hears of the next one, and of one only.
    store.send(write_passages({came(1)}).at(0));
    store.send(write_empty(MessageKind::devices));
    const std::string heard = members.read_until("event: passages\ndata: {}\n\n");
    CHECK(heard.find("passages") == heard.rfind("passages"));
    const std::string rest = app.stop() == 0 ? members.read_to_end() : "";
    CHECK(rest.find("passages") == std::string::npos);
}
