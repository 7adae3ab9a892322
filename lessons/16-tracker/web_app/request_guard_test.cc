#include "web_app/request_guard.hh"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

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
        const std::array<net::http::Field, 1> fields{{{"sec-fetch-site", one.site}}};
        net::http::Request request;
        request.host = one.host;
        request.path = one.path;
        if (!one.site.empty()) request.fields = fields;
        CHECK(reason_to_refuse(request).empty() != one.refused);
    }
}
