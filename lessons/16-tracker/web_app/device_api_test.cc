#include "web_app/device_api.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;

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

    Reply rename(const std::string& body) {
        Browser browser = app.open("/api/devices/rename", body_fields(body), "localhost", "POST");
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
};

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
