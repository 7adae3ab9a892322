// The way in, with a real store behind the web app.

#include "web_app/log_in.hh"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "store/accounts.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "unix_time.hh"
#include "web_app/answering_store.hh"
#include "web_app/passwords.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;

namespace {

constexpr const char* kPassword = "a horse and a cart";
constexpr const char* kWords = "This name and this password do not go together.";

// An account "Anna" with the password.
struct House {
    WebApp app;
    std::unique_ptr<AnsweringStore> store;

    House() {
        Connection connection = open_for_writing(app.database());
        Accounts(connection).add("Anna", Role::member, hash_password(kPassword), 0);
    }
    ~House() {
        if (store) app.stop();
    }
    House& start() {
        app.start();
        store = std::make_unique<AnsweringStore>(app);
        return *this;
    }
    Reply log_in(const std::string& name, const std::string& password,
                 const std::string& fields = kStranger) {
        return post_json(app, "/api/log-in",
                         nlohmann::json{{"name", name}, {"password", password}}.dump(), fields);
    }
    std::vector<AuditEntry> audit() { return Reader(app.database()).audit(100); }
};

// A server without any account.
struct EmptyHouse : House {
    explicit EmptyHouse(const std::function<void(FirstLink&)>& change = [](FirstLink&) {}) {
        Connection connection = open_for_writing(app.database());
        connection.execute("DELETE FROM account");
        app.first_link = make_first_link(unix_now());
        change(app.first_link);
        start();
    }
    Reply welcome(const std::string& token, const std::string& name, const std::string& password) {
        nlohmann::json body{{"link", token}, {"password", password}};
        if (!name.empty()) body["name"] = name;
        return post_json(app, "/api/welcome", body.dump(), kStranger);
    }
};

}  // namespace

TEST_CASE("a stranger gets the log-in and nothing else, and comes to the page after it") {
    House house;
    house.start();
    for (const char* target : {"/", "/history", "/account", "/users", "/audit", "/nowhere"}) {
        CAPTURE(target);
        const Reply reply = house.app.get(target, kStranger);
        CHECK(reply.status == 303);
        CHECK(reply.head.find("\r\nLocation: /login") != std::string::npos);
    }
    CHECK(house.app.get("/history?device=1&day=2", kStranger)
              .head.find("\r\nLocation: /login?next=/history%3Fdevice%3D1%26day%3D2\r\n") !=
          std::string::npos);
    CHECK(house.app.get("/", kStranger).head.find("\r\nLocation: /login\r\n") != std::string::npos);
    for (const char* target : {"/api/devices", "/api/live", "/api/session", "/api/users", "/api/x"})
        CHECK(house.app.get(target, kStranger).status == 401);
    for (const char* target : {"/login", "/welcome", "/assets/map.js"})
        CHECK(house.app.get(target, kStranger).status == 200);
}

TEST_CASE("name and password let in, with a cookie that scripts and other sites do not have") {
    House house;
    house.start();
    const Reply reply = house.log_in("anna", kPassword);
    REQUIRE(reply.status == 200);
    CHECK(reply.data()["name"] == "Anna");
    const std::string cookie = cookie_of(reply);
    CHECK(reply.head.find("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax\r\n") !=
          std::string::npos);
    const Reply session = house.app.get("/api/session", cookie);
    CHECK(session.data()["name"] == "Anna");
    CHECK(session.data()["role"] == "member");
    CHECK(session.data()["demo"] == false);
    CHECK(house.app.get("/api/users", cookie).status == 403);
    // What others do is no member's business.
    CHECK(house.app.get("/api/status", cookie).data() == nlohmann::json{{"demo_devices", 0}});
    CHECK(house.audit().at(0).action == "log-in");
    CHECK(house.audit().at(0).who == "Anna");
}

TEST_CASE("a wrong password and a name that is nobody's are answered alike, and noted") {
    House house;
    house.start();
    const Reply wrong = house.log_in("Anna", "not her password");
    const Reply nobody = house.log_in("Eve", "not her password");
    // An account that waits for its link has no password.
    const Reply waiting = house.log_in("owner", "");
    for (const Reply* reply : {&wrong, &nobody, &waiting}) {
        CHECK(reply->status == 401);
        CHECK(reply->data()["error"] == kWords);
        CHECK(reply->body == wrong.body);
        CHECK(cookie_of(*reply) == "");
    }
    CHECK(house.audit().at(1).who == "Eve");
    CHECK(house.audit().at(1).is_refusal);
}

// How many are allowed depends on how long they take; what a limit is, log_in_limit_test has.
TEST_CASE("who guesses is slowed, and it is noted") {
    House house;
    house.start();
    Reply reply = house.log_in("Anna", "guess");
    for (int i = 0; i < 500 && reply.status == 401; ++i) reply = house.log_in("Anna", "guess");
    CHECK(reply.status == 429);
    CHECK(reply.head.find("\r\nRetry-After: ") != std::string::npos);
    CHECK(reply.data()["wait"] > 0);
    CHECK(reply.data()["error"].get<std::string>().find("seconds, or log in with a link") !=
          std::string::npos);
    CHECK(house.audit().at(0).about == "too many attempts");
    CHECK(house.audit().at(0).who == "Anna");
}

TEST_CASE("each log-in has a token of its own, and the one before it from this browser ends") {
    House house;
    house.start();
    const std::string first = cookie_of(house.log_in("Anna", kPassword));
    const std::string second = cookie_of(house.log_in("Anna", kPassword, first));
    CHECK(first != second);
    CHECK(house.app.get("/api/session", first).status == 401);
    CHECK(house.app.get("/api/session", second).status == 200);
}

TEST_CASE("log-out ends the session and takes the cookie back") {
    House house;
    house.start();
    const std::string cookie = cookie_of(house.log_in("Anna", kPassword));
    const Reply reply = house.app.get("/api/log-out", cookie, "localhost", "POST");
    CHECK(reply.status == 200);
    CHECK(reply.head.find("\r\nSet-Cookie: waymark=; Path=/; Max-Age=0;") != std::string::npos);
    CHECK(house.app.get("/api/session", cookie).status == 401);
}

TEST_CASE("the live stream ends with its session") {
    House house;
    house.start();
    const std::string cookie = cookie_of(house.log_in("Anna", kPassword));
    Browser stream = house.app.open("/api/live", cookie);
    stream.read_until("\n\n");
    CHECK(house.app.get("/api/log-out", cookie, "localhost", "POST").status == 200);
    stream.read_to_end();
}

TEST_CASE("the first account is made with the link that was printed, once") {
    EmptyHouse house;
    const std::string token = house.app.first_link.token;
    const std::string link = R"({"link":")" + token + R"("})";
    CHECK(post_json(house.app, "/api/welcome/look", link, kStranger).data()["kind"] == "first");
    CHECK(house.welcome("another", "Anna", kPassword).status == 404);
    CHECK(house.welcome(token, "Anna", "short").status == 400);
    CHECK(house.welcome(token, "", kPassword).status == 400);
    const Reply reply = house.welcome(token, "Anna", kPassword);
    REQUIRE(reply.status == 200);
    CHECK(house.app.get("/api/session", cookie_of(reply)).data()["role"] == "admin");
    CHECK(house.welcome(token, "Eve", kPassword).status == 404);
    CHECK(post_json(house.app, "/api/welcome/look", link, kStranger).status == 404);
    CHECK(house.audit().at(0).action == "first account");
}

TEST_CASE("the first link says its age to who has it, and to nobody else") {
    EmptyHouse house([](FirstLink& link) { link.expires_ms = unix_now() - 1; });
    const auto words = [&house](const std::string& link) {
        const Reply reply = post_json(house.app, "/api/welcome/look",
                                      nlohmann::json{{"link", link}}.dump(), kStranger);
        CHECK(reply.status == 404);
        return reply.data()["error"].get<std::string>();
    };
    const std::string& token = house.app.first_link.token;
    CHECK(words(token).find("tracker user add NAME --admin --link") != std::string::npos);
    CHECK(words("another").find("--admin") == std::string::npos);
    const Reply reply = house.welcome(token, "Anna", kPassword);
    CHECK(reply.status == 404);
    CHECK(reply.data()["error"] == words(token));
}

TEST_CASE("a link lets its person choose a password once, and ends what sessions there were") {
    House house;
    const std::string before =
        "Cookie: waymark=" + house.app.begin_session("Ben", Role::member, {});
    {
        Connection connection = open_for_writing(house.app.database());
        Accounts accounts(connection);
        accounts.set_link(accounts.number_of("Ben"), hash_token("bens link"), unix_now() + 100'000);
    }
    house.start();
    CHECK(house.app.get("/api/session", before + "\r\n").status == 200);
    CHECK(post_json(house.app, "/api/welcome/look", R"({"link":"bens link"})", kStranger)
              .data()["name"] == "Ben");
    const std::string body = R"({"link":"bens link","password":"a cart and a horse"})";
    const Reply reply = post_json(house.app, "/api/welcome", body, kStranger);
    REQUIRE(reply.status == 200);
    CHECK(house.app.get("/api/session", cookie_of(reply)).data()["name"] == "Ben");
    CHECK(house.app.get("/api/session", before + "\r\n").status == 401);
    CHECK(post_json(house.app, "/api/welcome", body, kStranger).status == 404);
    CHECK(house.log_in("Ben", "a cart and a horse").status == 200);
}

TEST_CASE("a demo lets everybody look, and has no accounts") {
    House house;
    house.app.is_demo = true;
    house.start();
    CHECK(house.app.get("/", kStranger).status == 200);
    CHECK(house.app.get("/api/session", kStranger).data()["demo"] == true);
    for (const char* target : {"/api/users", "/api/sessions", "/api/audit"})
        CHECK(house.app.get(target, kStranger).status == 403);
    CHECK(post_json(house.app, "/api/users/add", R"({"name":"Eve","role":"admin"})", kStranger)
              .status == 403);
}

TEST_CASE("what is no log-in is refused with what is wrong with it") {
    House house;
    house.start();
    for (const char* body : {"", "[]", "{}", R"({"name":"Anna"})", R"({"name":1,"password":"x"})",
                             R"({"name":"Anna","password":"x","admin":true})"})
        CHECK(post_json(house.app, "/api/log-in", body, kStranger).status == 400);
    CHECK(house.log_in(std::string(5000, 'x'), "x").status == 413);
}

TEST_CASE("a page of another site logs nobody in") {
    House house;
    house.start();
    CHECK(
        house.log_in("Anna", kPassword, std::string(kStranger) + "Origin: http://evil.example\r\n")
            .status == 403);
    CHECK(house.log_in("Anna", kPassword, std::string(kStranger) + "Sec-Fetch-Site: same-site\r\n")
              .status == 403);
}
