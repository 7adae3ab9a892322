// The web app as a whole: what it serves, to whom, and when it ends. Its data and its live stream
// have tests of their own (api_test, live_test).

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;

TEST_CASE("pages and their files are served, and nothing outside the site") {
    WebApp app;
    app.start();
    const Reply map = app.get("/");
    CHECK(map.status == 200);
    CHECK(map.body == "the map");
    CHECK(map.head.find("Cache-Control: no-cache\r\n") != std::string::npos);
    CHECK(app.get("/history").body == "the history");
    CHECK(app.get("/assets/map.js").body == "draw()");
    for (const char* target :
         {"/assets/../secret", "/assets/%2e%2e/%2e%2e/secret", "/assets/..%2fsecret", "/secret",
          "/assets/none.js", "/assets/", "/index.html/", "/api/none"}) {
        CAPTURE(target);
        const Reply answer = app.get(target);
        CHECK(answer.status >= 400);
        CHECK(answer.status < 500);
        CHECK(answer.body.find("secret") == std::string::npos);
        CHECK(answer.data().contains("error"));
    }
    CHECK(app.stop() == 0);
}

TEST_CASE("every answer says what a browser may do with it") {
    WebApp app;
    app.start();
    for (const char* target : {"/", "/assets/none.js", "/api/devices", "/api/track", "/nowhere"}) {
        CAPTURE(target);
        const std::string head = app.get(target).head;
        CHECK(head.find("\r\nContent-Security-Policy: default-src 'self'; ") != std::string::npos);
        CHECK(head.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
        CHECK(head.find("\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n") !=
              std::string::npos);
        CHECK(head.find("\r\nCache-Control: no-") != std::string::npos);
    }
    // These are refused before any handler of ours is asked.
    for (const char* request :
         {"GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n",
          "POST / HTTP/1.0\r\nContent-Length: 1000000\r\n\r\n"}) {
        CAPTURE(request);
        const std::string head = app.say(request).head;
        CHECK(head.find("\r\nContent-Security-Policy: default-src 'self'; ") != std::string::npos);
    }
}

TEST_CASE("strangers' names, other sites and other methods are refused") {
    WebApp app;
    app.start();
    CHECK(app.get("/api/devices").status == 200);
    CHECK(app.get("/api/devices", "", "evil.example").status == 403);
    CHECK(app.get("/", "", "evil.example:8080").status == 403);
    CHECK(app.get("/api/devices", "Sec-Fetch-Site: cross-site\r\n").status == 403);
    CHECK(app.get("/api/devices", "Sec-Fetch-Site: same-origin\r\n").status == 200);
    CHECK(app.get("/api/devices", "", "[::1]:1", "HEAD").body.empty());
    const Reply posted = app.get("/api/devices", "", "localhost", "POST");
    CHECK(posted.status == 405);
    CHECK(posted.head.find("Allow: GET, HEAD\r\n") != std::string::npos);
}

TEST_CASE("it ends when its supervisor is gone") {
    WebApp app;
    app.start();
    app.lose_supervisor();
    CHECK(app.wait_for_end() == 0);
}
