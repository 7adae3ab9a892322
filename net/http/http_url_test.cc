#include "net/http/http_url.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark::net::http;
using waymark::daemon::UsageError;

TEST_CASE("an address is taken apart") {
    struct Row {
        const char* text;
        bool is_secured;
        const char* host;
        int port;
        const char* authority;
        const char* target;
    };
    const Row rows[] = {
        {"http://host", false, "host", 80, "host", "/"},
        {"https://host", true, "host", 443, "host", "/"},
        {"HTTPS://Host/", true, "Host", 443, "Host", "/"},
        {"https://host:8443/in?key=a%20b&x", true, "host", 8443, "host:8443", "/in?key=a%20b&x"},
        {"http://host?key=1", false, "host", 80, "host", "/?key=1"},
        {"http://host:/", false, "host", 80, "host:", "/"},
        {"http://host:00080/", false, "host", 80, "host:00080", "/"},
        {"http://host:65535/a/../b", false, "host", 65535, "host:65535", "/a/../b"},
        {"http://192.0.2.1:5055/", false, "192.0.2.1", 5055, "192.0.2.1:5055", "/"},
        {"https://[2001:db8::1]/x", true, "2001:db8::1", 443, "[2001:db8::1]", "/x"},
        {"http://[::1]:8080", false, "::1", 8080, "[::1]:8080", "/"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const HttpUrl url = parse_http_url(row.text);
        CHECK(url.is_secured == row.is_secured);
        CHECK(url.host == row.host);
        CHECK(url.port == row.port);
        CHECK(url.authority == row.authority);
        CHECK(url.target() == row.target);
    }
}

TEST_CASE("what is no address of a server is refused, by name") {
    for (const std::string text : {"",
                                   "host",
                                   "/path",
                                   "//host/",
                                   "http:/host",
                                   "http://",
                                   "http:///x",
                                   "ftp://host",
                                   "http://:80",
                                   "http://user@host/",
                                   "http://user:secret@host/",
                                   "http://host:65536",
                                   "http://host:99999999999",
                                   "http://host:-1",
                                   "http://host:x",
                                   "http://host:0",
                                   "http://[::1",
                                   "http://[]/",
                                   "http://::1/",
                                   "http://host/a b",
                                   "http://host/a\r\nB: c",
                                   "http://host/#part",
                                   "http://host/%zz",
                                   "http://h\\x/",
                                   " http://host",
                                   "http://host ",
                                   "http://host/\xc3\xa4"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_http_url(text), UsageError);
    }
    CHECK_THROWS_WITH(parse_http_url("ftp://host"),
                      "\"ftp://host\": not an address like https://host/path");
    CHECK_THROWS_WITH(parse_http_url("http://host:0"),
                      "\"http://host:0\": nobody can connect to port 0");
}

TEST_CASE("the colon before a port is none of those in an address") {
    CHECK(port_colon("host:80") == 4);
    CHECK(port_colon("host") == std::string_view::npos);
    CHECK(port_colon("[2001:db8::1]:80") == 13);
    CHECK(port_colon("[2001:db8::1]") == std::string_view::npos);
}
