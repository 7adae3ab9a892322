#include "services/web_hook_url.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark::tracker;
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
    for (const Row& row : {
             Row{"https://example.org", true, "example.org", 443, "example.org", "/"},
             Row{"http://example.org/", false, "example.org", 80, "example.org", "/"},
             Row{"https://example.org:8443/a/b?c=d&e", true, "example.org", 8443,
                 "example.org:8443", "/a/b?c=d&e"},
             Row{"http://[::1]:9/x", false, "::1", 9, "[::1]:9", "/x"},
             Row{"https://[2001:db8::1]", true, "2001:db8::1", 443, "[2001:db8::1]", "/"},
             Row{"http://192.0.2.1?q", false, "192.0.2.1", 80, "192.0.2.1", "/?q"},
             Row{"http://x:/", false, "x", 80, "x:", "/"},
         }) {
        CAPTURE(row.text);
        const waymark::net::http::HttpUrl url = parse_hook_url(row.text);
        CHECK(url.is_secured == row.is_secured);
        CHECK(url.host == row.host);
        CHECK(url.port == row.port);
        CHECK(url.authority == row.authority);
        CHECK(url.target() == row.target);
    }
}

TEST_CASE("what could mean two things, or would end a line, is refused") {
    for (const char* text : {"",
                             "example.org",
                             "ftp://example.org/",
                             "https://",
                             "https:///x",
                             "https://me@example.org/",
                             "https://me:secret@example.org/",
                             "https://example.org/#x",
                             "https://example.org/a b",
                             "https://example.org/\r\nX: y",
                             "https://exa mple.org/",
                             "https://example.org:0/",
                             "https://example.org:65536/",
                             "https://example.org:x/",
                             "http://127.1/",
                             "http://0x7f000001/",
                             "http://2130706433/",
                             "http://0177.0.0.1/",
                             "http://[::1/",
                             "http://[fe80::1%25eth0]/",
                             "https://example.org/\xC3\xA4",
                             "https://127.0.0.1:80:80/",
                             "https://example.org\\@127.0.0.1/"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_hook_url(text), UsageError);
    }
    CHECK_THROWS_AS(parse_hook_url("https://x/" + std::string(2000, 'a')), UsageError);
    CHECK_NOTHROW(parse_hook_url("https://x/" + std::string(1900, 'a')));
}
