#include "web_app/request_origin.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

using Fields = std::vector<net::http::Field>;

TrustedProxies trusting(const std::vector<std::string>& networks) {
    return TrustedProxies(networks);
}

// "client http", "client https", or "problem".
std::string shown_origin(const TrustedProxies& proxies, const Fields& fields,
                         std::string_view peer = "10.0.0.1:4000", bool is_secured = false) {
    net::http::Request request;
    request.fields = fields;
    const RequestOrigin origin = proxies.origin_of(request, net::Address::parse(peer), is_secured);
    if (!origin.problem.empty()) {
        CHECK(origin.client.to_string() == peer);
        CHECK(origin.is_https == is_secured);
        return "problem";
    }
    return origin.client.host_text() + (origin.is_https ? " https" : " http");
}

}  // namespace

TEST_CASE("who is not trusted is who he is, whatever he writes") {
    const TrustedProxies nobody;
    const TrustedProxies proxies = trusting({"10.0.0.1", "2001:db8:1::/48"});
    const Fields lies[] = {
        {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}},
        {{"Forwarded", "for=192.0.2.1;proto=https"}},
        {{"Forwarded", "for=\"192.0.2.1"}},
        {{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.2"}},
    };
    for (const Fields& lie : lies) {
        CHECK(shown_origin(nobody, lie) == "10.0.0.1 http");
        CHECK(shown_origin(proxies, lie, "10.0.0.2:1") == "10.0.0.2 http");
        CHECK(shown_origin(proxies, lie, "[2001:db8:2::1]:1", true) == "2001:db8:2::1 https");
        CHECK(shown_origin(proxies, lie, "unix:/run/proxy.sock") == "unix:/run/proxy.sock http");
    }
    // The control: from the proxy the same is heard.
    CHECK(shown_origin(proxies, lies[0]) == "192.0.2.1 https");
    CHECK(shown_origin(proxies, lies[1], "[::ffff:10.0.0.1]:1") == "192.0.2.1 https");
    CHECK(shown_origin(trusting({"unix"}), lies[0], "unix:/run/proxy.sock") == "192.0.2.1 https");
}

TEST_CASE("a trusted proxy is believed for whom it names, and no farther") {
    const TrustedProxies proxies = trusting({"10.0.0.0/8"});
    const struct {
        Fields fields;
        std::string_view origin;
    } cases[] = {
        {{}, "10.0.0.1 http"},
        {{{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "6.6.6.6, 192.0.2.1"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "6.6.6.6, 192.0.2.1, 10.0.0.9"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "10.0.0.7, 192.0.2.1"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "10.0.0.7, 10.0.0.8"}}, "10.0.0.7 http"},
        {{{"X-Forwarded-For", "192.0.2.1, unknown"}}, "10.0.0.1 http"},
        {{{"X-Forwarded-For", "192.0.2.1, evil, 10.0.0.2"}}, "10.0.0.2 http"},
        {{{"X-Forwarded-For", "::ffff:192.0.2.1"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}}, "192.0.2.1 https"},
        {{{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "gopher"}}, "192.0.2.1 http"},
        {{{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https, http"}},
         "192.0.2.1 http"},
        {{{"X-Forwarded-For", "192.0.2.1, 10.0.0.9"}, {"X-Forwarded-Proto", "https, http"}},
         "192.0.2.1 https"},
        {{{"Forwarded", "for=\"[2001:db8::1]:4711\";proto=https"}}, "2001:db8::1 https"},
        {{{"Forwarded", "for=6.6.6.6;proto=https, for=192.0.2.1;proto=http"}}, "192.0.2.1 http"},
        {{{"Forwarded", "for=192.0.2.1;proto=https, for=10.0.0.9"}}, "192.0.2.1 https"},
        {{{"Forwarded", "for=_hidden;proto=https"}}, "10.0.0.1 https"},
        {{{"Forwarded", "for=\"6.6.6.6, for=192.0.2.1"}}, "problem"},
        {{{"Forwarded", "for=\"6.6.6.6, for=x"}, {"X-Forwarded-For", "192.0.2.1"}}, "problem"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.fields.size());
        CAPTURE(one.origin);
        CHECK(shown_origin(proxies, one.fields) == one.origin);
    }
}

// A proxy passes on the field that it does not know. So that one must not win, nor be a way to
// hide.
TEST_CASE("of two kinds of fields neither is believed against the other") {
    const TrustedProxies proxies = trusting({"10.0.0.1"});
    const auto both = [&](std::string_view custom, std::string_view standard) {
        return shown_origin(proxies, {{"X-Forwarded-For", custom}, {"Forwarded", standard}});
    };
    CHECK(both("192.0.2.1", "for=192.0.2.1") == "192.0.2.1 http");
    CHECK(both("192.0.2.1", "for=\"192.0.2.1:80\";proto=https") == "192.0.2.1 https");
    CHECK(both("6.6.6.6, 192.0.2.1", "for=192.0.2.1") == "192.0.2.1 http");
    CHECK(both("192.0.2.1", "for=6.6.6.6") == "problem");
    CHECK(both("6.6.6.6", "for=192.0.2.1") == "problem");
    CHECK(both("192.0.2.1", "for=_hidden") == "problem");
    CHECK(shown_origin(proxies, {{"X-Forwarded-For", "192.0.2.1"},
                                 {"X-Forwarded-Proto", "http"},
                                 {"Forwarded", "for=192.0.2.1;proto=https"}}) == "problem");
}

TEST_CASE("a connection that is secured is https unless its proxy says what the client's was") {
    const TrustedProxies proxies = trusting({"10.0.0.1"});
    const std::string_view proxy = "10.0.0.1:1";
    CHECK(shown_origin(proxies, {}, proxy, true) == "10.0.0.1 https");
    CHECK(shown_origin(proxies, {{"X-Forwarded-For", "192.0.2.1"}}, proxy, true) ==
          "192.0.2.1 https");
    CHECK(shown_origin(proxies, {{"X-Forwarded-Proto", "http"}}, proxy, true) == "10.0.0.1 http");
}

TEST_CASE("the text of an origin is as browsers write it") {
    RequestOrigin origin;
    const auto text = [&](std::string_view host, bool is_https) {
        origin.host = host;
        origin.is_https = is_https;
        return origin.text();
    };
    CHECK(text("Family.Example", true) == "https://family.example");
    CHECK(text("family.example:443", true) == "https://family.example");
    CHECK(text("family.example:80", true) == "https://family.example:80");
    CHECK(text("family.example:80", false) == "http://family.example");
    CHECK(text("[::1]:8080", false) == "http://[::1]:8080");
}

TEST_CASE("who would be anybody, or nobody, is refused as a proxy") {
    for (const std::string entry :
         {"all", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/8", "10.0.0.1:80", "",
          "10.0.0.1 #", "10.0.0.1\nallow all", "deny 10.0.0.1"}) {
        CAPTURE(entry);
        CHECK_THROWS_AS(trusting({entry}), daemon::UsageError);
    }
    CHECK(TrustedProxies().are_none());
    CHECK_FALSE(trusting({"unix"}).are_none());
    CHECK_FALSE(trusting({"10.0.0.1"}).are_none());
}
