#include "net/http/url.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::net::http;

namespace {
std::string normalized(std::string_view path) {
    std::string scratch;
    const auto result = normalize_path(path, scratch);
    return result ? std::string(*result) : "refused";
}
std::string decoded(std::string_view text, Plus plus = Plus::literal) {
    std::string scratch;
    const auto result = percent_decode(text, scratch, plus);
    return result ? std::string(*result) : "refused";
}
}  // namespace

TEST_CASE("a target is split by its form") {
    struct Row {
        std::string_view method, target, authority, path, query;
    };
    const std::vector<Row> rows = {
        {"GET", "/", "", "/", ""},
        {"GET", "/a/b?x=1&y=?", "", "/a/b", "x=1&y=?"},
        {"GET", "/a?", "", "/a", ""},
        {"POST", "http://host:8080/a?b", "host:8080", "/a", "b"},
        {"GET", "HTTP://[::1]:80", "[::1]:80", "", ""},
        {"GET", "https://host?q", "host", "", "q"},
        {"GET", "http://host:65535/", "host:65535", "/", ""},
        {"OPTIONS", "*", "", "*", ""},
        {"CONNECT", "host:443", "host:443", "", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.target);
        const auto target = split_target(row.method, row.target);
        REQUIRE(target);
        CHECK(target->authority == row.authority);
        CHECK(target->path == row.path);
        CHECK(target->query == row.query);
    }
}

TEST_CASE("a target that its method may not have, or that is none, is refused") {
    const std::vector<std::pair<std::string_view, std::string_view>> rows = {
        {"GET", ""},
        {"GET", "*"},
        {"GET", "a/b"},
        {"GET", "?a=1"},
        {"GET", "host:80"},
        {"GET", "ftp://h/"},
        {"GET", "http:///a"},
        {"GET", "http://:80/a"},
        {"GET", "http://h:65536/a"},
        {"CONNECT", ":443"},
        {"GET", "http://u@h/"},
        {"GET", "http://h:p/"},
        {"GET", "/a b"},
        {"GET", "/a#b"},
        {"GET", "/a\"b"},
        {"GET", "/caf\xE9"},
        {"GET", "/a\x7F"},
        {"GET", "/a\\b"},
        {"GET", "/%"},
        {"GET", "/%2"},
        {"GET", "/%6g"},
        {"GET", "/%u0068"},
        {"CONNECT", "/a"},
        {"CONNECT", "host"},
        {"GET", "http://h/%zz"},
    };
    for (const auto& [method, target] : rows) {
        CAPTURE(target);
        CHECK_FALSE(split_target(method, target));
    }
}

TEST_CASE("a host is a name or an address with an optional port") {
    for (const std::string_view text : {"", "localhost", "localhost:80", "localhost:", "a-b.c_d",
                                        "127.0.0.1:5055", "[::1]", "[fe80::1]:80", "a%20b"}) {
        CAPTURE(text);
        CHECK(valid_host(text));
    }
    for (const std::string_view text :
         {"a/b", "a b", "a?b", "http://a", "a:http", "a:80:80", "[::1]x", "[::1", "[]", "a'\"b",
          "a%zz", "a%2", "u@h", "../../etc", "a:123456", "a:65536", "a:99999", "caf\xE9",
          "a\x01"}) {
        CAPTURE(text);
        CHECK_FALSE(valid_host(text));
    }
}

TEST_CASE("escapes are decoded once, and broken ones are refused") {
    CHECK(decoded("plain") == "plain");
    CHECK(decoded("%68%65llo") == "hello");
    CHECK(decoded("%252E") == "%2E");
    CHECK(decoded("a+b") == "a+b");
    CHECK(decoded("a+b%2Bc", Plus::space) == "a b+c");
    CHECK(decoded("%00") == std::string(1, '\0'));
    for (const std::string_view text :
         {"%", "%4", "a%", "%g0", "%0g", "%-1", "%+1", "% 1", "%0x"}) {
        CAPTURE(text);
        CHECK(decoded(text) == "refused");
    }
}

TEST_CASE("nothing is copied where nothing is encoded") {
    std::string scratch;
    const std::string_view text = "hello";
    CHECK(percent_decode(text, scratch)->data() == text.data());
    CHECK(normalize_path("/a/b", scratch) == "/a/b");
    CHECK(scratch.empty());
}

TEST_CASE("a path is brought into its normal form") {
    const std::vector<std::pair<std::string_view, std::string_view>> rows = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a/b/", "/a/b/"},
        {"//a///b", "/a/b"},
        {"/a/./b/.", "/a/b/"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a/"},
        {"/a/%2e%2E/b", "/b"},
        {"/..a/.b", "/..a/.b"},
        {"/....//x", "/..../x"},
        {"/a%20b", "/a b"},
        {"/%252e%252e/x", "/%2e%2e/x"},
    };
    for (const auto& [path, normal] : rows) {
        CAPTURE(path);
        CHECK(normalized(path) == normal);
    }
}

TEST_CASE("a path that leads out of the root is refused") {
    for (const std::string_view path :
         {"/..", "/../x", "/a/../../x", "/%2e%2e/x", "/%2E%2e/x", "/%2e%2e%2fx", "/..%2fx",
          "/..%5cx", "/..\\x", "/a%00.png", "/a%0d%0ab", "/a%7f", "/./../x", "//../x", "x", "",
          "/%2"}) {
        CAPTURE(path);
        CHECK(normalized(path) == "refused");
    }
}
