// What people do with their own accounts, and admins with those of others.

#include "web_app/user_api.hh"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "store/accounts.hh"
#include "store/open_database.hh"
#include "unix_time.hh"
#include "web_app/answering_store.hh"
#include "web_app/passwords.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr const char* kUserPassword = "a horse and a cart";

// The admin "owner", and the member "Ben", who sees device 1.
struct UserHouse {
    WebApp app;
    std::string ben =
        "Cookie: waymark=" + app.begin_session("Ben", Role::member, {{1, false}}) + "\r\n";
    std::unique_ptr<AnsweringStore> store;
    UserNumber owner_number, ben_number;

    UserHouse() {
        Connection connection = open_for_writing(app.database());
        Accounts accounts(connection);
        owner_number = accounts.number_of("owner");
        ben_number = accounts.number_of("Ben");
        accounts.set_password(owner_number, hash_password(kUserPassword));
        app.start();
        store = std::make_unique<AnsweringStore>(app);
    }
    ~UserHouse() { app.stop(); }

    Reply post(std::string_view target, const json& body, const std::string& fields = "") {
        return post_json(app, target, body.dump(), fields);
    }
    json user(const std::string& name) {
        const json answer = app.get("/api/users").data();
        for (const json& user : answer["users"])
            if (user["name"] == name) return user;
        return nullptr;
    }
};

}  // namespace

TEST_CASE("an admin adds somebody, who comes by a link that is shown once") {
    UserHouse house;
    const Reply added = house.post("/api/users/add", {{"name", "Zoë"}, {"role", "member"}});
    REQUIRE(added.status == 200);
    const std::string link = added.data()["link"];
    CHECK(house.user("Zoë")["has_password"] == false);
    CHECK(house.user("Zoë")["link_until"] > unix_now());
    CHECK(house.app.get("/api/users").body.find(link) == std::string::npos);
    CHECK(house.post("/api/welcome", {{"link", link}, {"password", kUserPassword}}, kStranger)
              .status == 200);
    CHECK(house.user("Zoë")["has_password"] == true);
    CHECK(house.user("Zoë")["link_until"].is_null());
    CHECK(house.post("/api/users/add", {{"name", "zoë"}, {"role", "member"}}).status == 400);
    CHECK(house.post("/api/users/add", {{"name", "x"}, {"role", "king"}}).status == 400);
}

TEST_CASE("what a member may see changes at once, also for the stream that is open") {
    UserHouse house;
    CHECK(house.app.get("/api/devices", house.ben).data()["devices"].size() == 1);
    Browser stream = house.app.open("/api/live", house.ben);
    stream.read_until("\n\n");
    const Reply changed = house.post(
        "/api/users/grants", {{"user", house.ben_number}, {"see", {"1", "2"}}, {"change", {"2"}}});
    REQUIRE(changed.status == 200);
    stream.read_until("event: devices\n");
    const json devices = house.app.get("/api/devices", house.ben).data()["devices"];
    REQUIRE(devices.size() == 2);
    CHECK(devices[0]["may_change"] == false);
    CHECK(devices[1]["may_change"] == true);
    CHECK(house.user("Ben")["see"] == json{1, 2});
    CHECK(house.user("Ben")["change"] == json{2});
    for (const char* odd : {"x", "1x", "0", "-1", "99", ""})
        CHECK(house
                  .post("/api/users/grants",
                        {{"user", house.ben_number}, {"see", {odd}}, {"change", json::array()}})
                  .status == 400);
    CHECK(house.user("Ben")["see"] == json{1, 2});
}

TEST_CASE("who is removed is out at once") {
    UserHouse house;
    CHECK(house.app.get("/api/session", house.ben).status == 200);
    CHECK(house.post("/api/users/remove", {{"user", house.ben_number}}).status == 200);
    CHECK(house.app.get("/api/session", house.ben).status == 401);
    CHECK(house.user("Ben").is_null());
}

TEST_CASE("the last admin stays") {
    UserHouse house;
    for (const Reply& reply :
         {house.post("/api/users/remove", {{"user", house.owner_number}}),
          house.post("/api/users/role", {{"user", house.owner_number}, {"role", "member"}})}) {
        CHECK(reply.status == 400);
        CHECK(reply.data()["error"] ==
              "owner is the last admin who can log in: make somebody else an admin first");
    }
    CHECK(house.app.get("/api/session").data()["role"] == "admin");
}

TEST_CASE("a role counts from the next request on") {
    UserHouse house;
    CHECK(house.app.get("/api/users", house.ben).status == 403);
    CHECK(house.post("/api/users/role", {{"user", house.ben_number}, {"role", "admin"}}).status ==
          200);
    CHECK(house.app.get("/api/users", house.ben).status == 200);
}

TEST_CASE("a member changes nobody's account but their own") {
    UserHouse house;
    for (const char* target : {"/api/users/add", "/api/users/link", "/api/users/role",
                               "/api/users/grants", "/api/users/remove"})
        CHECK(house.post(target, {{"user", house.ben_number}}, house.ben).status == 403);
    CHECK(house.app.get("/api/audit", house.ben).status == 403);
    // Sessions of others are not there for them.
    const json session = house.app.get("/api/sessions").data()["sessions"][0];
    CHECK(house.post("/api/sessions/end", {{"number", session["number"]}}, house.ben).status ==
          400);
    CHECK(house.app.get("/api/session").status == 200);
}

TEST_CASE("a new password wants the old one, and ends the other sessions") {
    UserHouse house;
    const Reply other =
        house.post("/api/log-in", {{"name", "owner"}, {"password", kUserPassword}}, kStranger);
    REQUIRE(other.status == 200);
    const auto change = [&](const char* before, const char* after) {
        return house.post("/api/account/password", {{"old", before}, {"new", after}});
    };
    CHECK(change("wrong", "a cart and a horse").status == 400);
    CHECK(change(kUserPassword, "short").status == 400);
    CHECK(house.app.get("/api/session", cookie_of(other)).status == 200);
    const Reply changed = change(kUserPassword, "a cart and a horse");
    CHECK(changed.status == 200);
    CHECK(changed.data()["ended"] == 1);
    CHECK(house.app.get("/api/session", cookie_of(other)).status == 401);
    CHECK(house.app.get("/api/session").status == 200);
    CHECK(house.post("/api/log-in", {{"name", "owner"}, {"password", kUserPassword}}, kStranger)
              .status == 401);
}

TEST_CASE("one's own sessions are listed, and all others are ended") {
    UserHouse house;
    const Reply other = house.post("/api/log-in", {{"name", "owner"}, {"password", kUserPassword}},
                                   std::string(kStranger) + "User-Agent: <b>Phone</b>\r\n");
    const json list = house.app.get("/api/sessions").data()["sessions"];
    REQUIRE(list.size() == 2);
    int own = 0;
    for (const json& session : list) own += session["is_this"] == true;
    CHECK(own == 1);
    CHECK(house.app.get("/api/sessions", cookie_of(other)).body.find("<b>Phone</b>") !=
          std::string::npos);
    CHECK(house.app.get("/api/sessions").body.find("127.0.0.1\"") != std::string::npos);
    const Reply ended = house.app.get("/api/sessions/end-rest", "", "localhost", "POST");
    CHECK(ended.data()["ended"] == 1);
    CHECK(house.app.get("/api/session", cookie_of(other)).status == 401);
    CHECK(house.app.get("/api/sessions").data()["sessions"].size() == 1);
}

TEST_CASE("what was done is in the audit log, with who and from where") {
    UserHouse house;
    house.post("/api/users/add", {{"name", "Zoë"}, {"role", "member"}});
    house.post("/api/users/remove", {{"user", house.ben_number}});
    const json entries = house.app.get("/api/audit").data()["entries"];
    REQUIRE(entries.size() == 2);
    CHECK(entries[0]["action"] == "account removed");
    CHECK(entries[0]["about"] == "Ben");
    CHECK(entries[0]["who"] == "owner");
    CHECK(entries[0]["address"] == "127.0.0.1");
    CHECK(entries[1]["action"] == "account added");
    CHECK(entries[1]["refusal"] == false);
    CHECK(
        house.app.get("/api/audit?below=" + entries[0]["number"].dump()).data()["entries"].size() ==
        1);
    CHECK(house.app.get("/api/audit?below=x").status == 400);
}
