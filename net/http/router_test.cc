#include "net/http/router.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::net::http;

namespace {

struct Routed {
    Router router;
    std::string out;
    std::string scratch;
    DateClock clock;
    waymark::net::Address peer;

    Routed() {
        add("GET", "/", "home");
        add("GET", "/devices", "list");
        add("POST", "/devices", "add");
        add("GET", "/devices/{}/points", "points");
        add("*", "/in/{}", "in");
        add("GET", "/files/*", "files");
    }

    void add(std::string_view method, std::string_view pattern, std::string name) {
        router.add(method, pattern, 0, [name](Exchange& exchange) {
            exchange.answer.answer(200, "", name);
            return answered();
        });
    }

    // What the handler wrote, with its first parameter; or the refusal.
    std::string ask(std::string_view method, std::string_view path) {
        Router::Match match = router.match(method, path);
        if (match.route == nullptr) return std::to_string(match.refusal);
        out.clear();
        Exchange exchange(out, clock, scratch, peer);
        Completion completion = match.route->handler(exchange);
        CHECK_FALSE(completion.is_pending());
        return out.substr(out.find("\r\n\r\n") + 4) + " " + std::string(match.parameters[0]);
    }

    // The head of the router's own answer.
    std::string refused(std::string_view method, std::string_view path) {
        out.clear();
        Exchange exchange(out, clock, scratch, peer);
        exchange.request.method = method;
        exchange.request.path = path;
        router.refuse(router.match(method, path), exchange);
        return out;
    }
};

}  // namespace

TEST_CASE("method and path choose the handler") {
    Routed routed;
    CHECK(routed.ask("GET", "/") == "home ");
    CHECK(routed.ask("GET", "/devices") == "list ");
    CHECK(routed.ask("POST", "/devices") == "add ");
    CHECK(routed.ask("HEAD", "/devices") == "list ");
    CHECK(routed.ask("GET", "/devices/7/points") == "points 7");
    CHECK(routed.ask("PUT", "/in/token") == "in token");
    CHECK(routed.ask("FROBNICATE", "/in/token") == "in token");
    CHECK(routed.ask("GET", "/files/") == "files ");
    CHECK(routed.ask("GET", "/files/a/b") == "files a/b");
}

TEST_CASE("a pattern may have as many parameters as there is room for") {
    Routed routed;
    routed.add("GET", "/four/{}/{}/{}/{}", "four");
    routed.add("GET", "/three/{}/{}/{}/*", "three");
    CHECK(routed.ask("GET", "/four/1/2/3/4") == "four 1");
    const auto match = routed.router.match("GET", "/three/1/2/3/4/5");
    CHECK(match.parameters == Exchange::Parameters{"1", "2", "3", "4/5"});
}

TEST_CASE("what has no handler is refused") {
    Routed routed;
    for (const char* path : {"/nowhere", "/devices/", "/devices/7", "/devices//points", "/files",
                             "/devices/7/points/8", "/in/", "//", "", "*x"}) {
        CAPTURE(path);
        CHECK(routed.ask("GET", path) == "404");
    }
    CHECK(routed.ask("POST", "/") == "405");
    CHECK(routed.ask("get", "/") == "501");
    CHECK(routed.ask("OPTIONS", "*") == "405");
    CHECK(routed.ask("CONNECT", "") == "405");
}

TEST_CASE("405 and OPTIONS say what is allowed") {
    Routed routed;
    CHECK(routed.refused("DELETE", "/devices").find("Allow: OPTIONS, GET, HEAD, POST\r\n") !=
          std::string::npos);
    CHECK(routed.refused("OPTIONS", "/devices").starts_with("HTTP/1.1 204 "));
    CHECK(routed.refused("OPTIONS", "*").starts_with("HTTP/1.1 204 "));
    routed.add("FORGET", "/cache", "forget");
    routed.add("GET", "/cache", "cache");
    CHECK(routed.refused("POST", "/cache").find("Allow: OPTIONS, FORGET, GET, HEAD\r\n") !=
          std::string::npos);
    CHECK(routed.ask("FORGET", "/devices") == "405");
    CHECK(routed.ask("FORGET", "/nowhere") == "404");
    CHECK(routed.refused("GET", "/nowhere").find("Allow") == std::string::npos);
}
