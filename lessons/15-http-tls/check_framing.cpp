// What says where the body ends. Two programs that disagree about that are all that smuggling
// needs.

#include <doctest/doctest.h>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

void expect_framing(const std::string& head, const std::string& framing, const Causes& causes) {
    step("read " + begin_of(head));
    const Seen seen = expect_taken(head, causes);
    expect_equal(framing_text(seen.framing), framing, "framing()", causes);
}

void expect_line_refused(const std::string& lines, int status, const Causes& causes,
                         const Causes& if_other_status = kStatus) {
    step("read " + show(lines));
    expect_refused(get(lines), status, causes, if_other_status);
}

std::string coding(std::string_view value) {
    return "Transfer-Encoding: " + std::string(value);
}

}  // namespace

TEST_CASE("a length says how long the body is") {
    expect_framing(get("X: 1"), "no body", kFraming);
    expect_framing(get("Content-Length: 0"), "no body", kFraming);
    expect_framing(get("Content-Length: 5"), "a body of 5", kFraming);
    expect_framing(get("Content-Length: 1234567890"), "a body of 1234567890", kFraming);
    expect_framing(old_get("Content-Length: 7"), "a body of 7", kFraming);
    expect_framing(get("Content-Length: 4294967296"), "a body of 4294967296", kNarrow);
    expect_framing(get("Content-Length: 4294967301"), "a body of 4294967301", kNarrow);
    expect_framing(get("Content-Length: 9223372036854775808"), "a body of 9223372036854775808",
                   kNarrow);
}

TEST_CASE("any method may have a body") {
    for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT", "BREW"}) {
        const std::string begin = std::string(method) + " /x HTTP/1.1\r\nHost: h\r\n";
        expect_framing(begin + "Content-Length: 3\r\n\r\n", "a body of 3", kGetBody);
        expect_framing(begin + "Transfer-Encoding: chunked\r\n\r\n", "a chunked body", kGetBody);
        expect_framing(begin + "\r\n", "no body", kFraming);
    }
}

TEST_CASE("a length is digits and nothing else") {
    for (const char* value : {"", "+1", "-1", "-0", "0x5", "5x", "x", "1_0", "5.0", "5,5", "5, 5",
                              "1 2", "\"5\"", "1e3", "5;", "0b1", "\xC2\xB2", "5\t5"})
        expect_line_refused(std::string("Content-Length: ") + value, 400, kLoose);
}

TEST_CASE("zeros before a length change nothing") {
    expect_framing(get("Content-Length: 010"), "a body of 10", kOctal);
    expect_framing(get("Content-Length: 08"), "a body of 8", kOctal);
    expect_framing(get("Content-Length: 00"), "no body", kOctal);
    step("read a length of 40 digits, of which 38 are zeros in front");
    const Seen seen = expect_taken(get("Content-Length: 0000000000000000000000000000000000000012"),
                                   kDigitsCounted);
    expect_equal(framing_text(seen.framing), std::string("a body of 12"), "framing()",
                 {kOctal, kOverflow});
}

TEST_CASE("a second length is refused") {
    for (const char* lines :
         {"Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nContent-Length: 5",
          "Content-Length: 0\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 0",
          "Content-Length: 0\r\nContent-Length: 0",
          "Content-Length: 5\r\nX: 1\r\ncontent-length: 5"})
        expect_line_refused(lines, 400, kTwoLengths);
}

TEST_CASE("a length does not overflow") {
    // What has fewer bits was told by a case before this one.
    expect_framing(get("Content-Length: 18446744073709551615"), "a body of 18446744073709551615",
                   {kTooTight, kOverflow});
    for (const char* length :
         {"18446744073709551616", "18446744073709551620", "18446744073709551621",
          "20000000000000000000", "30000000000000000000", "99999999999999999999",
          "184467440737095516160", "36893488147419103237",
          "340282366920938463463374607431768211461",
          "99999999999999999999999999999999999999999999"})
        expect_line_refused(std::string("Content-Length: ") + length, 400, kOverflow);
}

TEST_CASE("chunked is a framing of its own") {
    for (const char* value : {"chunked", " chunked ", "chunked\t"})
        expect_framing(get(coding(value)), "a chunked body", kFraming);
}

TEST_CASE("length and chunked together are refused") {
    for (const std::string length :
         {"Content-Length: 5", "Content-Length: 0", "content-length: 3"}) {
        expect_line_refused(length + "\r\nTransfer-Encoding: chunked", 400, kBoth);
        expect_line_refused("Transfer-Encoding: chunked\r\n" + length, 400, kBoth);
        expect_line_refused("transfer-encoding: CHUNKED\r\nX: 1\r\n" + length, 400, kBoth);
    }
}

TEST_CASE("what looks like chunked is refused") {
    for (const char* value :
         {"xchunked", "chunkedx", "not-chunked", "chunked;q=1", "chunked x", "\"chunked\"",
          "chunke", "chunked\x85", "identity", "gzip", "chunked=1", "chunk"})
        expect_line_refused(coding(value), 400, kLooksChunked);
    expect_line_refused("Transfer-Encoding:", 400, {kLooksChunked, kManyCodings});
}

TEST_CASE("another coding before chunked is 501") {
    for (const char* value :
         {"gzip, chunked", "deflate,chunked", "gzip , br , chunked", "x;q=1, chunked"})
        expect_line_refused(coding(value), 501, kCoding, {kCoding, kStatus});
    for (const char* value : {"gzip, Chunked", "x, CHUNKED"})
        expect_line_refused(coding(value), 501, kCoding, kCase);
}

TEST_CASE("a coding behind chunked is refused") {
    for (const char* value :
         {"chunked, gzip", "chunked, identity", "gzip, chunked, br", "identity, gzip"})
        expect_line_refused(coding(value), 400, {kLooksChunked, kManyCodings}, {kCoding, kStatus});
    for (const char* value : {"gzip", "identity", "x"})
        expect_line_refused(coding("chunked") + "\r\n" + coding(value), 400, kManyCodings,
                            {kCoding, kStatus});
}

TEST_CASE("chunked stands there once and alone") {
    expect_line_refused(coding("chunked, chunked"), 400, kManyCodings, {kManyCodings, kStatus});
    for (const char* second : {"chunked", "gzip, chunked"})
        expect_line_refused(coding("chunked") + "\r\n" + coding(second), 400, kManyCodings,
                            kManyCodings);
    for (const char* value : {", chunked", "chunked,", ",chunked", "chunked ,", ",", ",,"})
        expect_line_refused(coding(value), 400, kManyCodings, {kManyCodings, kStatus});
    expect_line_refused(coding(",") + "\r\n" + coding("chunked"), 400, kManyCodings);
}

TEST_CASE("chunked in HTTP 1.0 is refused") {
    step("read Transfer-Encoding in HTTP/1.0");
    expect_refused(old_get("Transfer-Encoding: chunked"), 400, kOldCoding);
    expect_refused(old_get("Connection: keep-alive\r\nTransfer-Encoding: chunked"), 400,
                   kOldCoding);
}
