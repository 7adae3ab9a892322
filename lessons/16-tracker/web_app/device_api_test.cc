#include "web_app/device_api.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "services/refusal_messages.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "unix_time.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr const char* kJson = "Content-Type: application/json\r\n";

std::string body_fields(const std::string& body, std::string_view type = kJson) {
    return std::string(type) + "Content-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

// A web app whose store is this test.
struct WithChanges {
    WebApp app;
    waymark::daemon::Channel channel;
    Store store{app.database()};

    WithChanges() : channel((app.start(), app.connect_store())) {}

    Reply rename(const std::string& body) { return change("rename", body); }
    Reply change(const std::string& name, const std::string& body) {
        Browser browser = app.open("/api/devices/" + name, body_fields(body), "localhost", "POST");
        ChangeRequest request;
        const std::string message = receive(channel);
        REQUIRE(kind_of(message) == MessageKind::change);
        REQUIRE(read(message, request));
        CHECK(request.by_name == "owner");
        CHECK(request.from.starts_with("127.0.0.1:"));
        const ChangeResult result = make_change(store, request, 0);
        channel.send(write(ChangeDone{request.id, result.status, result.body}));
        Reply reply;
        reply.head = browser.read_until("\r\n\r\n");
        reply.status = std::stoi(reply.head.substr(9, 3));
        reply.body = browser.read_to_end();
        return reply;
    }
    Reply setup(const std::string& body) {
        return app.say("POST /api/devices/setup HTTP/1.1\r\nHost: localhost\r\n" +
                       app.admin_cookie + body_fields(body));
    }
    // The web app has heard what was sent before this: it takes messages in their order.
    json details() { return app.get("/api/devices/details").data(); }
    void tell_refused(const RefusalCase& refused) {
        for (const std::string& message : write_refused({refused})) channel.send(message);
    }
};

RefusalCase stranger(std::string called) {
    RefusalCase refused;
    refused.status = 403;
    refused.reason = "unknown_device";
    refused.protocol = "traccar";
    refused.who = refused.called = std::move(called);
    refused.address = "192.0.2.7";
    refused.last_ms = unix_now();
    refused.count = 2;
    return refused;
}

}  // namespace

TEST_CASE("a device is renamed by the store, and the page hears what came of it") {
    WithChanges tested;
    CHECK(tested.rename(R"({"device":1,"name":"Zoë's phone"})").status == 200);
    CHECK(tested.app.get("/api/devices").body.find("Zoë's phone") != std::string::npos);
    const Reply taken = tested.rename(R"({"device":1,"name":"none"})");
    CHECK(taken.status == 400);
    CHECK(taken.data()["error"] == "there is a device none already: choose another name");
    CHECK(tested.rename(R"({"device":9,"name":"x"})").data()["error"] == "there is no such device");
}

TEST_CASE("what is no JSON by its type, too long, or from another site never reaches the store") {
    WithChanges tested;
    const std::string body = R"({"device":1,"name":"x"})";
    const auto post = [&](const std::string& fields) {
        Browser browser = tested.app.open("/api/devices/rename", fields, "localhost", "POST");
        return std::stoi(browser.read_until("\r\n\r\n").substr(9, 3));
    };
    CHECK(post(body_fields(body, "Content-Type: text/plain\r\n")) == 415);
    CHECK(post(body_fields(body, "")) == 415);
    CHECK(post(body_fields(std::string(5000, 'x'))) == 413);
    CHECK(post("Origin: http://evil.example\r\n" + body_fields(body)) == 403);
    CHECK(post("Sec-Fetch-Site: cross-site\r\n" + body_fields(body)) == 403);
    // The store has heard nothing: the first thing that it hears is this.
    CHECK(tested.rename(body).status == 200);
}

TEST_CASE("without a store a change is refused and may be asked for again") {
    WebApp app;
    app.start();
    Browser browser = app.open("/api/devices/rename", body_fields(R"({"device":1,"name":"x"})"),
                               "localhost", "POST");
    const std::string head = browser.read_until("\r\n\r\n");
    CHECK(head.find(" 503 ") != std::string::npos);
    CHECK(head.find("\r\nRetry-After: 5\r\n") != std::string::npos);
}

TEST_CASE("the details have all that the page shows of a device") {
    WithChanges tested;
    const UnixMillis now = unix_now();
    Fix fix = fix_at(1, now - 60'000);
    fix.source = Source::osmand;
    fix.battery_percent = 80.0F;
    tested.app.store({fix});
    tested.app.heartbeat(1, 79.0F, now - 1000);
    CHECK(tested.change("add_identifier", R"({"device":1,"identifier":"x"})").status == 200);
    CHECK(tested.change("share", R"({"viewer":3,"seen":1,"may_see":true})").status == 200);
    const json details = tested.details();
    CHECK(details["is_admin"] == true);
    CHECK(details["now"].get<UnixMillis>() >= now);
    CHECK(details["phones"]["url"] == "");
    CHECK(details["refused"] == json::array());
    REQUIRE(details["devices"].size() == 3);
    CHECK(details["devices"][0] ==
          json{{"id", 1},
               {"name", "alice/phone"},
               {"may_change", true},
               {"has_token", false},
               {"created", 0},
               {"seen", now - 1000},
               {"keep_days", nullptr},
               {"thinning", nullptr},
               {"battery_pct", 79},
               {"last",
                {{"time", now - 60'000}, {"protocol", "osmand"}, {"lat", 48.1}, {"lon", 11.5}}},
               {"identifiers", {"x"}},
               {"seen_by", {3}}});
    CHECK(details["devices"][2]["last"] == nullptr);
    CHECK(details["devices"][2]["seen"] == nullptr);
    CHECK(details["devices"][2]["battery_pct"] == nullptr);
}

TEST_CASE("what would go is told before positions are kept for so many days, and then they are") {
    WithChanges tested;
    const UnixMillis now = unix_now();
    tested.app.store({fix_at(1, now - 40 * Retention::kDayMs), fix_at(1, now)});
    const auto preview = [&](const std::string& rest) {
        return tested.app.get("/api/devices/" + rest);
    };
    const json shown = preview("1/retention?days=30").data();
    CHECK(shown["before"].get<UnixMillis>() >= now - 30 * Retention::kDayMs);
    CHECK(shown["positions"] == 1);
    CHECK(shown["hidden"] == 0);
    CHECK(shown["quarantined"] == 0);
    CHECK(preview("1/retention?days=41").data()["positions"] == 0);
    for (const char* const wrong : {"1/retention", "1/retention?days=0", "1/retention?days=x"})
        CHECK(preview(wrong).status == 400);
    CHECK(preview("9/retention?days=30").status == 404);
    CHECK(tested.details()["devices"][0]["keep_days"] == nullptr);  // it was only looked at
    CHECK(tested.change("retention", R"({"device":1,"days":30})").status == 200);
    CHECK(tested.details()["devices"][0]["keep_days"] == 30);
    CHECK(tested.change("retention", R"({"device":1})").status == 200);
    CHECK(tested.details()["devices"][0]["keep_days"] == nullptr);
}

TEST_CASE("what would be thinned out is told before there is a rule, and then there is one") {
    WithChanges tested;
    const UnixMillis now = unix_now();
    const UnixMillis midnight = now - now % Retention::kDayMs - 40 * Retention::kDayMs;
    tested.app.store({fix_at(1, midnight), fix_at(1, midnight + 1000), fix_at(1, now)});
    const auto preview = [&](const std::string& rest) {
        return tested.app.get("/api/devices/" + rest);
    };
    const json shown = preview("1/thinning?days=30&minutes=10").data();
    CHECK(shown["before"].get<UnixMillis>() >= now - 30 * Retention::kDayMs);
    CHECK(shown["go"] == 1);
    CHECK(shown["stay"] == 1);
    for (const char* const wrong :
         {"1/thinning", "1/thinning?days=30", "1/thinning?minutes=10",
          "1/thinning?days=0&minutes=10", "1/thinning?days=30&minutes=1441",
          "1/thinning?days=30&minutes=x"})
        CHECK(preview(wrong).status == 400);
    CHECK(preview("9/thinning?days=30&minutes=10").status == 404);
    CHECK(tested.details()["devices"][0]["thinning"] == nullptr);  // it was only looked at
    CHECK(tested.change("thinning", R"({"device":1,"days":30,"minutes":10})").status == 200);
    CHECK(tested.details()["devices"][0]["thinning"] == json{{"days", 30}, {"minutes", 10}});
    CHECK(tested.change("thinning", R"({"device":1})").status == 200);
    CHECK(tested.details()["devices"][0]["thinning"] == nullptr);
}

TEST_CASE("who was refused is told in words, counted, and forgotten after an hour") {
    WithChanges tested;
    tested.tell_refused(stranger("my-phne"));
    tested.tell_refused(stranger("my-phne"));
    RefusalCase old = stranger("long-ago");
    old.last_ms -= 3'700'000;
    tested.tell_refused(old);
    CHECK(tested.rename(R"({"device":1,"name":"x"})").status == 200);  // all before it is heard
    const json refused = tested.details()["refused"];
    REQUIRE(refused.size() == 1);
    CHECK(refused[0]["count"] == 4);
    CHECK(refused[0]["called"] == "my-phne");
    CHECK(refused[0]["address"] == "192.0.2.7");
    CHECK(refused[0]["what"] == "The app sends the identifier “my-phne”, and no device has it.");
    CHECK_FALSE(refused[0]["cure"].get<std::string>().empty());
}

TEST_CASE("a flood of cases is a bounded list, and a hostile name is a text in it") {
    WithChanges tested;
    tested.tell_refused(stranger("\"},{\"x\":\"<img onerror=x>"));
    CHECK(tested.rename(R"({"device":1,"name":"x"})").status == 200);
    CHECK(tested.details()["refused"][0]["called"] == "\"},{\"x\":\"<img onerror=x>");
    for (int i = 0; i < 1000; ++i) tested.tell_refused(stranger("guess-" + std::to_string(i)));
    CHECK(tested.rename(R"({"device":1,"name":"y"})").status == 200);
    CHECK(tested.details()["refused"].size() == DeviceApi::kMostRefused);
}

TEST_CASE("what to type into the apps is made for the address and token that are given") {
    WithChanges tested;
    const Reply reply =
        tested.setup(R"({"device":1,"url":"http://192.0.2.1:5055","token":"Q7xk2mB9sT4vWz"})");
    REQUIRE(reply.status == 200);
    const json setups = reply.data()["setups"];
    CHECK(setups.size() == 12);
    CHECK(setups[0]["key"] == "traccar");
    CHECK(setups[0]["fields"][0] ==
          json{{"label", "Device identifier"}, {"value", "Q7xk2mB9sT4vWz"}});
    CHECK(setups[0]["image"].get<std::string>().starts_with("data:image/svg+xml;base64,"));
    CHECK(tested.setup(R"({"device":1,"url":"http://192.0.2.1:5055"})")
              .data()["setups"][0]["needs"] == "token");
    CHECK(tested.setup(R"({"device":9,"url":"http://192.0.2.1:5055"})").status == 404);
    const Reply wrong = tested.setup(R"({"device":1,"url":"ftp://192.0.2.1"})");
    CHECK(wrong.status == 400);
    CHECK(wrong.data()["error"] ==
          "The address must begin with http:// or https://, as in http://192.0.2.1:5055.");
    CHECK(tested.setup(R"({"device":1})").status == 400);
    CHECK(tested.setup(R"({"device":1,"url":"http://x","colour":1})").status == 400);
    CHECK(tested.setup("[]").status == 400);
}

TEST_CASE("who is no admin changes no device and is told no text with a token") {
    WebApp app;
    const std::string cookie =
        "Cookie: waymark=" + app.begin_session("kid", Role::member, {{1, true}}) + "\r\n";
    app.start();
    for (const char* name : {"add", "rename", "token", "add_identifier", "remove_identifier",
                             "share", "remove", "setup"}) {
        INFO(std::string(name));
        const std::string post =
            "POST /api/devices/" + std::string(name) + " HTTP/1.1\r\nHost: localhost\r\n";
        CHECK(app.say(post + cookie + body_fields("{}")).status == 403);
        CHECK(app.say(post + body_fields("{}")).status == 401);
    }
    const json details = app.get("/api/devices/details", cookie).data();
    CHECK(details["is_admin"] == false);
    CHECK(details["devices"].size() == 1);
    CHECK(app.get("/api/devices/1/count", cookie).status == 200);
    CHECK(app.get("/api/devices/2/count", cookie).status == 404);
}

TEST_CASE("how many positions a device has is counted") {
    WithChanges tested;
    tested.app.store({fix_at(1, kStart), fix_at(1, kStart + 1000, false)});
    CHECK(tested.app.get("/api/devices/1/count").data()["fixes"] == 2);
    CHECK(tested.app.get("/api/devices/3/count").data()["fixes"] == 0);
    for (const char* wrong : {"0", "x", "-1", "1x", "99999999999999"})
        CHECK(tested.app.get("/api/devices/" + std::string(wrong) + "/count").status == 404);
}
