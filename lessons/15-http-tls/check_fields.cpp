// Fields: names, values, Host, and what the connection is to do afterwards.

#include <doctest/doctest.h>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

void expect_value(const std::string& line, std::string_view value, const Causes& if_refused,
                  const Causes& if_other) {
    step("read the field " + show(line));
    const Seen seen = expect_taken(get(line), if_refused);
    const std::string expected =
        "{Host: h}{" + line.substr(0, line.find(':')) + ": " + std::string(value) + "}";
    expect(seen.fields == expected, "fields", show(expected), show(seen.fields), if_other);
}

void expect_value(const std::string& line, std::string_view value, const Causes& causes) {
    expect_value(line, value, causes, causes);
}

void expect_kept(const std::string& head, bool kept, const Causes& causes) {
    step("read " + show(head));
    const Seen seen = expect_taken(head, kTooStrict);
    expect_equal(seen.keeps_alive, kept, "keeps_alive()", causes);
}

}  // namespace

TEST_CASE("no white space before the colon") {
    for (const char* line : {"X : 1", "Host : h", "Content-Length : 5", "X\t: 1", "X  :1",
                             "Transfer-Encoding : chunked"}) {
        step(std::string("read the field ") + show(line));
        expect_refused(get(line), 400, kSpaceColon);
    }
}

TEST_CASE("a folded field is refused") {
    for (const char* lines :
         {"X: 1\r\n 2", "X: 1\r\n\t2", "X: 1\r\n Content-Length: 5", "X: 1\r\n ", "X:\r\n chunked",
          "X: 1\r\n  Y: 2", "X: 1\r\n\tContent-Length: 5", "X: 1\r\n\t Y: 2"}) {
        step(std::string("read the lines ") + show(lines));
        expect_refused(get(lines), 400, kFolded);
    }
    step("read one behind the request line");
    expect_refused("GET / HTTP/1.1\r\n X: 1\r\nHost: h\r\n\r\n", 400, kFolded);
}

TEST_CASE("a field has a colon") {
    for (const char* line : {"X", "Content-Length", "GET / HTTP/1.1", "garbage here", "X=1"}) {
        step(std::string("read the line ") + show(line));
        expect_refused(get(line), 400, kNoColon);
    }
}

TEST_CASE("a field name is a token") {
    for (const char* line : {": x", ":", "X Y: 1", "X\x01Y: 1", "X(1): 1", "X\xC3\xA4: 1",
                             "\"X\": 1", "X/Y: 1", "X@: 1", "[X]: 1", "X\x7F: 1"}) {
        step(std::string("read the field ") + show(line));
        expect_refused(get(line), 400, kName);
    }
    step("read a name with a NUL");
    expect_refused(get(std::string("X\0Y: 1", 6)), 400, kName);
    for (const char* line :
         {"A!#$%&'*+-.^_`|~9: x", "_: x", "9: x", "Content_Length: x", "Contents: x"})
        expect_value(line, "x", kTooStrict);
}

TEST_CASE("blanks round a value are taken off") {
    expect_value("X:1", "1", kTrimLess);
    expect_value("X: 1", "1", kTrimLess);
    expect_value("X:  \t 1", "1", kTrimLess);
    expect_value("X: 1 \t", "1", kTrimLess);
    expect_value("X: a b\tc ", "a b\tc", kTooStrict, {kTrimLess, kTrimMore});
    expect_value("X:", "", kTooStrict);
    expect_value("X: \t ", "", kTrimLess);
    step("read a length with blanks round it");
    const Seen seen = expect_taken(get("Content-Length: \t5 "), kTrimLess);
    expect_equal(seen.framing.length, 5U, "the length", kTrimLess);
}

TEST_CASE("no other bytes are taken off") {
    expect_value(
        "X: \xA0"
        "1\x85",
        "\xA0"
        "1\x85",
        kTooStrict, kTrimMore);
    for (const char* line : {"X: \x0B"
                             "1",
                             "X: 1\x0C", "X: \x01"}) {
        step(std::string("read the field ") + show(line));
        expect_refused(get(line), 400, {kTrimMore, kControl});
    }
    step("read a length behind a VT, and behind A0");
    expect_refused(get("Content-Length: \x0B"
                       "5"),
                   400, kTrimMore);
    expect_refused(get("Content-Length: \xA0"
                       "5"),
                   400, {kTrimMore, kLoose});
}

TEST_CASE("no control byte in a value") {
    for (const char byte : {'\0', '\x01', '\x08', '\x1B', '\x1F', '\x7F'}) {
        const std::string value = std::string("a") + byte + "b";
        step("read the value " + show(value));
        expect_refused(get("X: " + value), 400, kControl);
    }
    step("read a Host and a length with a NUL behind them");
    expect_refused(std::string_view("GET / HTTP/1.1\r\nHost: h\0\r\n\r\n", 28), 400, kControl);
    expect_refused(get(std::string("Content-Length: 5\0", 18)), 400, {kControl, kLoose});
}

TEST_CASE("odd values are taken") {
    expect_value("X: a:b:c", "a:b:c", kTooStrict, kValue);
    expect_value("X: \xC3\xA4\xFF\x80", "\xC3\xA4\xFF\x80", kTooStrict, kValue);
    expect_value("X: \"a\\\"b\" (c), d;e=f", "\"a\\\"b\" (c), d;e=f", kTooStrict, kValue);
    expect_value("Cookie: a=1; b=2", "a=1; b=2", kTooStrict, kValue);
}

TEST_CASE("names have no case") {
    step("read HOST, host and hOST");
    for (const char* host : {"HOST", "host", "hOST"})
        expect_taken(std::string("GET / HTTP/1.1\r\n") + host + ": h\r\n\r\n", kCase);
    step("read content-length and CONTENT-LENGTH");
    for (const char* name : {"content-length", "CONTENT-LENGTH", "Content-length"}) {
        const Seen seen = expect_taken(get(std::string(name) + ": 5"), kCase);
        expect_equal(framing_text(seen.framing), std::string("a body of 5"), "framing()", kCase);
    }
    step("read transfer-encoding: CHUNKED");
    for (const char* line : {"transfer-encoding: chunked", "TRANSFER-ENCODING: chunked",
                             "Transfer-Encoding: CHUNKED", "Transfer-Encoding: Chunked"}) {
        const Seen seen = expect_taken(get(line), kCase);
        expect_equal(framing_text(seen.framing), std::string("a chunked body"), "framing()", kCase);
    }
    expect_kept(get("connection: close"), false, kCase);
    expect_kept(get("CONNECTION: CLOSE"), false, kCase);
    expect_kept(old_get("Connection: KEEP-alive"), true, kCase);
    step("read expect: 100-Continue");
    const Seen seen = expect_taken(get("expect: 100-Continue\r\nContent-Length: 1"), kCase);
    expect_equal(seen.expects_continue, true, "expects_continue()", kCase);
}

TEST_CASE("HTTP 1.1 has one Host") {
    step("read a request of HTTP/1.1 without Host");
    expect_refused("GET / HTTP/1.1\r\n\r\n", 400, kNoHost);
    expect_refused("GET http://h/ HTTP/1.1\r\nX: 1\r\n\r\n", 400, kNoHost);
    expect_refused("GET / HTTP/1.7\r\nX-Host: h\r\n\r\n", 400, kNoHost);
    step("read an empty Host");
    expect_taken("GET / HTTP/1.1\r\nHost:\r\n\r\n", kTooStrict);
    step("read two Hosts");
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, kTwoHosts);
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nhost: a\r\n\r\n", 400, kTwoHosts);
    expect_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, kTwoHosts);
    step("read Hosts that are none");
    for (const char* host : {"a/b", "a b", "a:b", "user@h"})
        expect_refused(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n", 400, kTwoHosts);
}

TEST_CASE("HTTP 1.0 needs no Host") {
    step("read a request of HTTP/1.0 without Host");
    expect_taken("GET / HTTP/1.0\r\n\r\n", kOldHost);
    expect_taken(old_get("X: 1"), kOldHost);
}

TEST_CASE("the version says whether the connection stays") {
    expect_kept(get("X: 1"), true, kNewCloses);
    expect_kept(get("Connection: upgrade"), true, kNewCloses);
    expect_kept(old_get("X: 1"), false, kOldKeeps);
    expect_kept(old_get("Connection: x"), false, kOldKeeps);
    expect_kept(old_get("Keep-Alive: 5"), false, kOldKeeps);
}

TEST_CASE("the client says whether the connection stays") {
    expect_kept(get("Connection: close"), false, kWord);
    expect_kept(get("Connection: keep-alive"), true, kNewCloses);
    expect_kept(old_get("Connection: keep-alive"), true, kWord);
    expect_kept(old_get("Connection: close"), false, kOldKeeps);
}

TEST_CASE("Connection is a list") {
    for (const char* lines :
         {"Connection: TE, close", "Connection: close, TE", "Connection: a ,\tclose ,b",
          "Connection: TE\r\nConnection: close", "Connection: ,close,"})
        expect_kept(get(lines), false, kWord);
    expect_kept(get("Connection: close\r\nConnection: TE"), false, kLastField);
    expect_kept(old_get("Connection: TE\r\nConnection: x, keep-alive"), true, kWord);
    for (const char* line : {"Connection: closed", "Connection: not-close", "Connection: close-not",
                             "Connection: \"close\""})
        expect_kept(get(line), true, kWord);
}

TEST_CASE("close wins") {
    for (const char* line : {"Connection: close, keep-alive", "Connection: keep-alive, close",
                             "Connection: close\r\nConnection: keep-alive",
                             "Connection: keep-alive\r\nConnection: close"}) {
        expect_kept(get(line), false, {kCloseLoses, kWord});
        expect_kept(old_get(line), false, {kCloseLoses, kWord});
    }
}

TEST_CASE("who has a body may wait for 100 Continue") {
    step("read Expect with a body");
    for (const char* lines :
         {"Expect: 100-continue\r\nContent-Length: 1", "Content-Length: 1\r\nExpect: 100-continue",
          "Expect: 100-continue\r\nTransfer-Encoding: chunked"})
        expect_equal(expect_taken(get(lines), kTooStrict).expects_continue, true,
                     "expects_continue()", kExpectLost);
    step("read Expect without a body");
    for (const char* lines :
         {"Expect: 100-continue", "Expect: 100-continue\r\nContent-Length: 0"}) {
        const Seen seen = expect_taken(get(lines), kTooStrict);
        expect_equal(framing_text(seen.framing), std::string("no body"), "framing()", kFraming);
        expect_equal(seen.expects_continue, false, "expects_continue()", kExpect);
    }
    step("read Expect in HTTP/1.0, and another expectation");
    expect_equal(expect_taken(old_get("Expect: 100-continue\r\nContent-Length: 1"), kExpect)
                     .expects_continue,
                 false, "expects_continue()", kExpect);
    expect_refused(get("Expect: tea"), 417, kExpect);
}
