#include "web_app/forwarded.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark;
using namespace waymark::tracker;

namespace {

// From the left, as "node/scheme".
std::string shown_hops(const LastHops& hops) {
    std::string text;
    for (std::size_t i = hops.size(); i-- > 0;) {
        const Hop& hop = hops.from_right(i);
        text += std::string(text.empty() ? "" : " ") + std::string(hop.node) + "/" +
                std::string(hop.scheme);
    }
    return text;
}

net::http::Request request_with(const std::vector<net::http::Field>& fields) {
    net::http::Request request;
    request.fields = fields;
    return request;
}

}  // namespace

TEST_CASE("a node is an IP address, however its port is written") {
    const struct {
        std::string_view node, address;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:4711", "192.0.2.1"},
        {"192.0.2.1:_hidden", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:4711", "2001:db8::1"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.node);
        const auto address = address_of_node(one.node);
        REQUIRE(address);
        CHECK(address->host_text() == one.address);
        CHECK(address->port() == 0);
    }
}

TEST_CASE("what is no address for sure is none") {
    for (const std::string_view node : {"",
                                        "unknown",
                                        "_hidden",
                                        "localhost",
                                        "192.0.2",
                                        "192.0.2.1.5",
                                        "192.0.2.1:",
                                        "192.0.2.01",
                                        "192.0.2.1:port",
                                        "192.0.2.1:80:80",
                                        "192.0.2.1 ",
                                        "[192.0.2.1]",
                                        "[2001:db8::1",
                                        "[2001:db8::1]x",
                                        "[2001:db8::1]80",
                                        "[2001:db8::1]x:80",
                                        "[]",
                                        "[",
                                        "]",
                                        ":",
                                        ":80",
                                        "fe80::1%lo",
                                        "[fe80::1%lo]:80",
                                        "\\192.0.2.1",
                                        "0x7f.0.0.1",
                                        "2130706433"}) {
        CAPTURE(node);
        CHECK_FALSE(address_of_node(node));
    }
    CHECK_FALSE(address_of_node(std::string_view("192.0.2.1\0", 10)));
}

TEST_CASE("nodes and schemes of X-Forwarded-For and -Proto stand together from the right") {
    const struct {
        std::vector<net::http::Field> fields;
        std::string_view hops;
    } cases[] = {
        {{}, ""},
        {{{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1/"},
        {{{"x-forwarded-for", "a, b ,c"}}, "a/ b/ c/"},
        {{{"X-Forwarded-For", "a,,b"}, {"Other", "x"}, {"X-Forwarded-For", "c"}}, "a/ b/ c/"},
        {{{"X-Forwarded-For", "a, b"}, {"X-Forwarded-Proto", "https"}}, "a/https b/https"},
        {{{"X-Forwarded-For", "a, b"}, {"X-Forwarded-Proto", "https, http"}}, "a/https b/http"},
        {{{"X-Forwarded-For", "b"}, {"X-Forwarded-Proto", "https, http"}}, "b/http"},
        {{{"X-Forwarded-Proto", "http, https"}}, "/https"},
        {{{"X-Forwarded-For", "\"[2001:db8::1]:80\""}}, "[2001:db8::1]:80/"},
        {{{"Forwarded", "for=192.0.2.1"}}, ""},
    };
    for (const auto& one : cases) {
        CAPTURE(one.hops);
        CHECK(shown_hops(read_x_forwarded(request_with(one.fields))) == one.hops);
    }
}

TEST_CASE("Forwarded is read as RFC 7239 writes it") {
    const struct {
        std::vector<net::http::Field> fields;
        std::string_view hops;
    } cases[] = {
        {{}, ""},
        {{{"Forwarded", "for=\"_gazonk\""}}, "_gazonk/"},
        {{{"Forwarded", "For=\"[2001:db8:cafe::17]:4711\""}}, "[2001:db8:cafe::17]:4711/"},
        {{{"Forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43"}}, "192.0.2.60/http"},
        {{{"Forwarded", "for=192.0.2.43, for=198.51.100.17"}}, "192.0.2.43/ 198.51.100.17/"},
        {{{"forwarded", "PROTO=HTTPS ; for=a"}, {"Forwarded", "for=b"}}, "a/HTTPS b/"},
        {{{"Forwarded", "for=192.0.2.1:80;host=\"a,b;for=c\""}}, "192.0.2.1:80/"},
        {{{"Forwarded", "secret=\"a\\\"b\";for=a"}}, "a/"},
        {{{"Forwarded", ", ,for=a,,"}}, "a/"},
        {{{"Forwarded", "proto=https"}}, "/https"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.hops);
        const auto hops = read_forwarded(request_with(one.fields));
        REQUIRE(hops);
        CHECK(shown_hops(*hops) == one.hops);
    }
}

TEST_CASE("a Forwarded that cannot be read is not read in part") {
    for (const std::string_view value :
         {"for=\"a, for=b", "for=a\", for=b", "for=\"a\\\", for=b", "for", "for=", "=a", "for=a b",
          "for=a, proto", "f or=a", "for=\"a\"b", "for=a;;=;", "for=\"\\"}) {
        CAPTURE(value);
        CHECK_FALSE(read_forwarded(request_with({{"Forwarded", value}})));
    }
    // One that is left open ends with its field, and is no excuse to read the next one alone.
    CHECK_FALSE(read_forwarded(request_with({{"Forwarded", "for=\"a"}, {"Forwarded", "for=b"}})));
}

TEST_CASE("of a list of any length the last hops are kept") {
    std::string list;
    for (int i = 0; i < 5'000; ++i) list += "for=h" + std::to_string(i) + ",";
    const auto hops = read_forwarded(request_with({{"Forwarded", list}}));
    REQUIRE(hops);
    CHECK(hops->size() == LastHops::kMost);
    CHECK(hops->from_right(0).node == "h4999");
    CHECK(hops->from_right(LastHops::kMost - 1).node == "h4968");
}
