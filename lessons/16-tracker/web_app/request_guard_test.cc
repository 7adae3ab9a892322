#include "web_app/request_guard.hh"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace waymark;
using namespace waymark::tracker;

TEST_CASE("only names that no stranger can own are local") {
    for (const std::string_view host :
         {"localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "127.9.8.7",
          "[::1]", "[::1]:8080", "[::ffff:127.0.0.1]:80"}) {
        CAPTURE(host);
        CHECK(is_local_host(host));
    }
    for (const std::string_view host : {"",
                                        ":8080",
                                        "evil.example",
                                        "evil.example:8080",
                                        "localhost.evil.example",
                                        "127.0.0.1.evil.example",
                                        "evil-localhost",
                                        "localhost.",
                                        "127.1",
                                        "2130706433",
                                        "0x7f.0.0.1",
                                        "0.0.0.0",
                                        "[::]",
                                        "10.0.0.1",
                                        "192.168.0.1:8080",
                                        "[fe80::1]",
                                        "::1",
                                        "user@localhost",
                                        "localhost:8080:80",
                                        "localhost:evil",
                                        "[::1",
                                        "127.0.0.1@evil.example",
                                        "localhost evil"}) {
        CAPTURE(host);
        CHECK_FALSE(is_local_host(host));
    }
}

namespace {

struct Asked {
    std::string_view host = "localhost";
    std::string_view path = "/api/positions";
    std::vector<net::http::Field> fields = {};
    RequestOrigin origin = {};  // its host is that of the request
};

struct Question {
    net::http::Request request;
    RequestOrigin origin;
    explicit Question(const Asked& asked) : origin(asked.origin) {
        request.host = origin.host = asked.host;
        request.path = asked.path;
        request.fields = asked.fields;
    }
};

int status_of(const RequestGuard& guard, const Asked& asked) {
    const Question question(asked);
    return guard.refusal_of(question.request, question.origin).status;
}

RequestGuard::Refusal change(const RequestGuard& guard, const Asked& asked) {
    const Question question(asked);
    return guard.refusal_of_change(question.request, question.origin);
}

RequestGuard reached_as(const std::vector<std::string>& names, bool is_beyond_loopback) {
    return RequestGuard({.names = names, .is_beyond_loopback = is_beyond_loopback});
}

}  // namespace

TEST_CASE("data is not for pages of other sites") {
    const struct {
        std::string_view host, path, site;
        bool refused;
    } cases[] = {
        {"localhost", "/api/positions", "", false},
        {"localhost", "/api/positions", "same-origin", false},
        {"localhost", "/api/positions", "none", false},
        {"localhost", "/api/positions", "cross-site", true},
        {"localhost", "/api/positions", "Cross-Site", true},
        {"localhost", "/", "cross-site", false},  // a link from elsewhere
        {"evil.example", "/", "", true},
        {"evil.example", "/api/positions", "same-origin", true},
    };
    for (const auto& one : cases) {
        CAPTURE(one.host);
        CAPTURE(one.path);
        CAPTURE(one.site);
        Asked asked{.host = one.host, .path = one.path};
        if (!one.site.empty()) asked.fields = {{"sec-fetch-site", one.site}};
        CHECK(status_of(RequestGuard(), asked) == (one.refused ? 403 : 0));
    }
}

TEST_CASE("a name is good when it is ours, and an address when others can reach us") {
    const RequestGuard local;
    const RequestGuard named = reached_as({"family.example", "nas"}, false);
    const RequestGuard reachable = reached_as({"family.example"}, true);
    for (const std::string_view host : {"family.example", "Family.Example:8443", "localhost:1"}) {
        CAPTURE(host);
        CHECK(status_of(named, {.host = host}) == 0);
        CHECK(status_of(reachable, {.host = host}) == 0);
    }
    CHECK(status_of(local, {.host = "family.example"}) == 403);
    for (const std::string_view host : {"192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]:8443"}) {
        CAPTURE(host);
        CHECK(status_of(local, {.host = host}) == 403);
        CHECK(status_of(named, {.host = host}) == 403);
        CHECK(status_of(reachable, {.host = host}) == 0);
    }
    for (const std::string_view host :
         {"", "evil.example", "family.example.evil.example", "evil-family.example", "example",
          "family.example.", "family.example@evil.example", "nas.evil.example", "192.0.2",
          "3221225985", "192.0.2.1.evil.example", "[2001:db8::1", "*", "family.example:x"}) {
        CAPTURE(host);
        CHECK(status_of(named, {.host = host}) == 403);
        CHECK(status_of(reachable, {.host = host}) == 403);
    }
}

TEST_CASE("only our own pages may change something, by the scheme by which they came") {
    const RequestGuard guard = reached_as({"family.example"}, true);
    RequestOrigin https;
    https.is_https = true;
    const auto status = [&](std::string_view origin, std::string_view site, const RequestOrigin& by,
                            std::string_view host = "family.example") {
        Asked asked{.host = host, .origin = by};
        if (!origin.empty()) asked.fields.push_back({"Origin", origin});
        if (!site.empty()) asked.fields.push_back({"Sec-Fetch-Site", site});
        return change(guard, asked).status;
    };
    CHECK(status("", "", {}) == 0);  // no browser
    CHECK(status("http://family.example", "", {}) == 0);
    CHECK(status("https://family.example", "same-origin", https) == 0);
    CHECK(status("https://family.example:8443", "", https, "family.example:8443") == 0);
    CHECK(status("https://family.example", "", https, "Family.Example:443") == 0);
    CHECK(status("http://family.example", "", https) == 403);
    CHECK(status("https://family.example", "", {}) == 403);
    CHECK(status("https://family.example:8443", "", https) == 403);
    CHECK(status("https://evil.example", "", https) == 403);
    CHECK(status("https://family.example.evil.example", "", https) == 403);
    CHECK(status("null", "", https) == 403);
    CHECK(status("", "same-site", https) == 403);
    CHECK(status("https://family.example", "cross-site", https) == 403);
    CHECK(status("https://family.example", "none", https) == 403);
    CHECK(status("", "", https, "evil.example") == 403);
}

TEST_CASE("a proxy that hides the scheme is named as the reason") {
    const RequestGuard guard = reached_as({"family.example"}, false);
    Asked asked{.host = "family.example", .fields = {{"Origin", "https://family.example"}}};
    CHECK(change(guard, asked).reason.find("X-Forwarded-Proto") == std::string_view::npos);
    asked.origin.is_by_proxy = true;
    CHECK(change(guard, asked).status == 403);
    CHECK(change(guard, asked).reason.find("X-Forwarded-Proto") != std::string_view::npos);
    asked.fields[0].value = "https://evil.example";
    CHECK(change(guard, asked).reason.find("X-Forwarded-Proto") == std::string_view::npos);
}

TEST_CASE("a proxy that hides the port is named as the reason") {
    const RequestGuard guard = reached_as({"family.example"}, false);
    Asked asked{.host = "family.example", .fields = {{"Origin", "https://family.example:8443"}}};
    asked.origin.is_https = true;
    const auto is_told = [&] {
        CHECK(change(guard, asked).status == 403);
        return change(guard, asked).reason.find("$http_host") != std::string_view::npos;
    };
    CHECK_FALSE(is_told());  // there is no proxy
    asked.origin.is_by_proxy = true;
    CHECK(is_told());
    for (const char* const other : {"https://evil.example:8443", "http://family.example:8443",
                                    "https://family.example.evil.example"}) {
        asked.fields[0].value = other;
        CHECK_FALSE(is_told());
    }
}

TEST_CASE("who is not to be made out is told why, before anything else") {
    const RequestGuard guard;
    CHECK(status_of(guard, {.host = "evil.example", .origin = {.problem = "odd"}}) == 400);
    CHECK(change(guard, {.origin = {.problem = "odd"}}).reason == "odd");
}

// The address of the peer is what the connection says; nobody can lie about it.
TEST_CASE("where others reach us in clear text, only this machine and the proxy are answered") {
    std::string out;
    std::string scratch;
    net::http::DateClock clock;
    const auto status = [&](std::string_view peer, const RequestGuard& guard) {
        const net::Address address = net::Address::parse(peer);
        net::http::Exchange exchange(out, clock, scratch, address);
        exchange.request.host = "192.0.2.1";
        exchange.request.path = "/";
        return guard.refusal_of(exchange).status;
    };
    const std::vector<std::string> proxies{"10.0.0.1"};
    const RequestGuard guard({.proxies = TrustedProxies(proxies), .is_beyond_loopback = true});
    CHECK(status("127.0.0.1:1", guard) == 0);
    CHECK(status("unix:/run/web.sock", guard) == 0);
    CHECK(status("10.0.0.1:1", guard) == 0);
    CHECK(status("[::ffff:10.0.0.1]:1", guard) == 0);
    CHECK(status("10.0.0.2:1", guard) == 403);
    CHECK(status("[2001:db8::1]:1", guard) == 403);
}
