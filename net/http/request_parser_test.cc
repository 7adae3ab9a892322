#include "net/http/request_parser.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "net/http/transcript.hh"

using namespace waymark::net::http;

namespace {

constexpr std::size_t kBodyLimit = 100;

std::string read_whole(std::string_view bytes) {
    Transcript transcript(kBodyLimit);
    transcript.feed(bytes);
    return transcript.text();
}

std::string read_cut_at(std::string_view bytes, std::size_t position) {
    Transcript transcript(kBodyLimit);
    transcript.feed(bytes.substr(0, position));
    transcript.feed(bytes.substr(position));
    return transcript.text();
}

std::string read_byte_by_byte(std::string_view bytes) {
    Transcript transcript(kBodyLimit);
    for (std::size_t i = 0; i < bytes.size(); ++i) transcript.feed(bytes.substr(i, 1));
    return transcript.text();
}

struct Conversation {
    std::string bytes;
    std::string transcript;
};

std::string get(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n\r\n";
}
std::string chunked(std::string_view body) {
    return "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}
const std::string kChunkedHead = "POST /c| @h {Transfer-Encoding: chunked} ";

// What is taken, and as what.
std::vector<Conversation> taken() {
    return {
        {"", ""},
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET /| @h []\n"},
        {"GET /a?b=c&d HTTP/1.1\r\nhOsT:\t h:80 \r\n\r\n", "GET /a|b=c&d @h:80 []\n"},
        {"\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n", "GET /| @ []\n"},
        {"GET / HTTP/1.9\r\nHost: h\r\n\r\n", "GET /| @h []\n"},
        {"GET / HTTP/1.0\r\n\r\n", "GET /| @ [] close\n"},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
         "GET /| @ {Connection: Keep-Alive} []\n"},
        {"GET http://x:1/p HTTP/1.1\r\nHost: h\r\n\r\n", "GET /p| @x:1 []\n"},
        {"GET http://x HTTP/1.1\r\nHost: h\r\n\r\n", "GET /| @x []\n"},
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS *| @h []\n"},
        {"CONNECT x:443 HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT | @x:443 []\n"},
        {"M-X!#$%&'*+-.^_`|~9 / HTTP/1.1\r\nHost: h\r\n\r\n", "M-X!#$%&'*+-.^_`|~9 /| @h []\n"},
        {get("A!#$%&'*+-.^_`|~9: x"), "GET /| @h {A!#$%&'*+-.^_`|~9: x} []\n"},
        {get("A:\r\nB: \t \r\nC:a:b\xFF"), "GET /| @h {A: } {B: } {C: a:b\xFF} []\n"},
        {get("Connection: close"), "GET /| @h {Connection: close} [] close\n"},
        {get("Connection: x , cLOSE"), "GET /| @h {Connection: x , cLOSE} [] close\n"},
        {get("Content-Length: 0"), "GET /| @h {Content-Length: 0} []\n"},
        {get("Content-Length: 010") + "0123456789",
         "GET /| @h {Content-Length: 010} [0123456789]\n"},
        {get("Content_Length: 5"), "GET /| @h {Content_Length: 5} []\n"},
        {get("Content-Length: 3\r\nExpect: 100-Continue") + "abc",
         "GET /| @h {Content-Length: 3} {Expect: 100-Continue} [abc] expects\n"},
        {get("Expect: 100-continue"), "GET /| @h {Expect: 100-continue} []\n"},
        {"PUT / HTTP/1.0\r\nContent-Length: 1\r\nExpect: x\r\n\r\na",
         "PUT /| @ {Content-Length: 1} {Expect: x} [a] close\n"},
        {chunked("0\r\n\r\n"), kChunkedHead + "[]\n"},
        {chunked("3\r\nabc\r\n0\r\n\r\n"), kChunkedHead + "[abc]\n"},
        {chunked("0003\r\nabc\r\nA\r\n0123456789\r\n000\r\n\r\n"),
         kChunkedHead + "[abc0123456789]\n"},
        {chunked("1;x=\"a;b\"\r\na\r\n1 ;y\r\nb\r\n0;z\r\nTag: 1\r\nHost: evil\r\n\r\n"),
         kChunkedHead + "[ab]\n"},
        // Pipelined: what follows a body is the next request; what follows a close is nothing.
        {get("Content-Length: 4") + "abcd" + get("X: 1") + chunked("1\r\nz\r\n0\r\n\r\n") +
             get("Y: 2"),
         "GET /| @h {Content-Length: 4} [abcd]\nGET /| @h {X: 1} []\n" + kChunkedHead +
             "[z]\nGET /| @h {Y: 2} []\n"},
        {get("Connection: close") + get("X: 1"), "GET /| @h {Connection: close} [] close\n"},
        {get("X: 1") + "\r\n" + get("Y: 2"), "GET /| @h {X: 1} []\nGET /| @h {Y: 2} []\n"},
        {get("X: 1") + "GET /un", "GET /| @h {X: 1} []\n..."},
        {get("Content-Length: 4") + "ab", "..."},
        {chunked("3\r\nabc\r\n"), "..."},
    };
}

// What is refused, and why.
std::vector<Conversation> refused() {
    const std::string long_line(RequestParser::kLongestLine, 'a');
    std::string many_fields;
    for (std::size_t i = 0; i < RequestParser::kMostFields; ++i) many_fields += "X: 1\r\n";
    return {
        {"\x16\x03\x01\x02", "400 TLS (https) where http is served\n"},
        {"\x16\x03\x01\n", "400 TLS (https) where http is served\n"},
        {std::string("\0GET", 4), "400 not a request line\n"},
        {" GET / HTTP/1.1\r\n", "400 not a request line\n"},
        {"\nGET / HTTP/1.1\r\n", "400 not a request line\n"},
        {"\r\n\r\nGET / HTTP/1.1\r\n", "400 empty lines before the request line\n"},
        {"GET /\r\n", "400 request line without three parts\n"},
        {"GET\r\n", "400 request line without three parts\n"},
        {"GET  / HTTP/1.1\r\n",
         "400 malformed target: a blank, quote or letter beyond ASCII needs a %\n"},
        {"GET / HTTP/1.1 \r\n", "400 malformed version\n"},
        {"GET\t/ HTTP/1.1\r\n", "400 request line without three parts\n"},
        {"G(T / HTTP/1.1\r\n", "400 malformed method\n"},
        {"GET / a HTTP/1.1\r\n",
         "400 malformed target: a blank, quote or letter beyond ASCII needs a %\n"},
        {"GET /\xC3\xA4 HTTP/1.1\r\n",
         "400 malformed target: a blank, quote or letter beyond ASCII needs a %\n"},
        {"GET * HTTP/1.1\r\n", "400 malformed target\n"},
        {"GET /%zz HTTP/1.1\r\n", "400 malformed target\n"},
        {"GET / http/1.1\r\n", "400 malformed version\n"},
        {"GET / HTTP/1.01\r\n", "400 malformed version\n"},
        {"GET / HTTP/-1.1\r\n", "400 malformed version\n"},
        {"GET / HTTP/4294967297.1\r\n", "400 malformed version\n"},
        {"GET / HTTP/2.0\r\n", "505 version not supported\n"},
        {"GET / HTTP/0.9\r\n", "505 version not supported\n"},
        {"GET / HTTP/1.1\n", "400 line ends with a lone LF\n"},
        {"GET / HTTP/1.1\r\r\n", "400 malformed version\n"},
        {"GET / HTTP/1.1\r\n\r\n", "400 no Host\n"},
        {get("Host: h"), "400 more than one Host\n"},
        {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n", "400 more than one Host\n"},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n", "400 malformed Host\n"},
        {"GET / HTTP/1.1\r\nHost : h\r\n", "400 malformed field name\n"},
        {"GET / HTTP/1.1\r\n X: 1\r\n", "400 folded field\n"},
        {get("X: 1\r\n\t2"), "400 folded field\n"},
        {get(": x"), "400 malformed field name\n"},
        {get("X"), "400 field without a colon\n"},
        {get("X Y: 1"), "400 malformed field name\n"},
        {get("X\x01Y: 1"), "400 malformed field name\n"},
        {get(std::string("X: a\0b", 6)), "400 malformed field value\n"},
        {get("X: a\rb"), "400 malformed field value\n"},
        {get("X: a\x7F"), "400 malformed field value\n"},
        {get("X: a\nY: b"), "400 line ends with a lone LF\n"},
        {get("X: a\r\n\rY: b"), "400 malformed field name\n"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\n", "400 line ends with a lone LF\n"},
        {get("Content-Length: "), "400 malformed Content-Length\n"},
        {get("Content-Length: -1"), "400 malformed Content-Length\n"},
        {get("Content-Length: +1"), "400 malformed Content-Length\n"},
        {get("Content-Length: 0x5"), "400 malformed Content-Length\n"},
        {get("Content-Length: 1_0"), "400 malformed Content-Length\n"},
        {get("Content-Length: 5.0"), "400 malformed Content-Length\n"},
        {get("Content-Length: 5x"), "400 malformed Content-Length\n"},
        {get("Content-Length: \"5\""), "400 malformed Content-Length\n"},
        {get("Content-Length: 5, 5"), "400 malformed Content-Length\n"},
        {get("Content-Length: \xA0"
             "5"),
         "400 malformed Content-Length\n"},
        {get("Content-Length: \x0B"
             "5"),
         "400 malformed field value\n"},
        {get("Content-Length: 5\r\nContent-Length: 5"), "400 more than one Content-Length\n"},
        {get("Content-Length: 18446744073709551616"), "400 Content-Length out of range\n"},
        {get("Content-Length: 99999999999999999999999"), "400 Content-Length out of range\n"},
        {get("Content-Length: 18446744073709551615"), "413 body too long\n"},
        {get("Content-Length: 101"), "413 body too long\n"},
        {get("Content-Length: 5\r\nTransfer-Encoding: chunked"),
         "400 Content-Length and Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked\r\nContent-Length: 0"),
         "400 Content-Length and Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
         "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: , chunked"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked,"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: ,\r\nTransfer-Encoding: chunked"),
         "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: gzip, chunked"), "501 unknown transfer coding\n"},
        {get("Transfer-Encoding: chunked, gzip"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked, chunked"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: identity"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: xchunked"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked;q=1"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: chunked\x85"), "400 malformed Transfer-Encoding\n"},
        {get("Transfer-Encoding: \x0B"
             "chunked"),
         "400 malformed field value\n"},
        {get("Transfer-Encoding:"), "400 malformed Transfer-Encoding\n"},
        {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400 Transfer-Encoding in HTTP/1.0\n"},
        {get("Expect: tea"), "417 unknown expectation\n"},
        {"GET /" + long_line + " HTTP/1.1\r\n", "414 request line too long\n"},
        {"GET /" + long_line + long_line + long_line, "414 request line too long\n"},
        {get("X: " + long_line), "431 fields too long\n"},
        {get("X: " + long_line.substr(10) + "\r\nY: " + long_line.substr(10) + "\r\nZ: 1"),
         "431 fields too long\n"},
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + long_line + long_line, "431 fields too long\n"},
        {get(many_fields + "Y: 2"), "431 too many fields\n"},
        {chunked("g\r\n"), "400 malformed chunk size\n"},
        {chunked("+5\r\n"), "400 malformed chunk size\n"},
        {chunked("-0\r\n"), "400 malformed chunk size\n"},
        {chunked(" 5\r\n"), "400 malformed chunk size\n"},
        {chunked("0 5\r\n"), "400 malformed chunk size\n"},
        {chunked("5 \r\n"), "400 malformed chunk size\n"},
        {chunked("0x5\r\n"), "400 malformed chunk size\n"},
        {chunked("5_0\r\n"), "400 malformed chunk size\n"},
        {chunked(";x\r\n"), "400 malformed chunk size\n"},
        {chunked("\r\n"), "400 malformed chunk size\n"},
        {chunked("5\nhello"), "400 malformed chunk size\n"},
        {chunked("5\rXhello"), "400 malformed end of a chunk size\n"},
        {chunked("5;a\r\rX"), "400 malformed end of a chunk size\n"},
        {chunked(std::string("5;a\0b\r\n", 7)), "400 malformed chunk size\n"},
        {chunked("ffffffffffffffff\r\n"), "413 body too long\n"},
        {chunked("f0000000000000005\r\n"), "400 chunk size out of range\n"},
        {chunked("00000000000000005\r\n"), "400 chunk size out of range\n"},
        {chunked("32\r\n" + std::string(50, 'a') + "\r\n33\r\n"), "413 body too long\n"},
        {chunked("5\r\nhelloX"), "400 chunk or trailer does not end with CRLF\n"},
        {chunked("5\r\nhello\rX"), "400 chunk or trailer does not end with CRLF\n"},
        {chunked("5\r\nhello\n0\r\n\r\n"), "400 chunk or trailer does not end with CRLF\n"},
        {chunked("5\r\nhello\r\n\r\n"), "400 malformed chunk size\n"},
        {chunked("0\r\n\n"), "400 malformed trailer name\n"},
        {chunked("0\r\n\rX"), "400 malformed end of the body\n"},
        {chunked("0\r\nX(T): 1\r\n"), "400 malformed trailer name\n"},
        {chunked("0\r\nX : 1\r\n"), "400 malformed trailer name\n"},
        {chunked("0\r\n: 1\r\n"), "400 malformed trailer name\n"},
        {chunked("0\r\nX: \x01\r\n"), "400 malformed trailer value\n"},
        {chunked("0\r\nX: 1\rY"), "400 chunk or trailer does not end with CRLF\n"},
        {chunked("1;" + std::string(BodyDecoder::kOverhead, 'x')),
         "400 too much between the chunks\n"},
        {get("X: 1") + "G(T", "GET /| @h {X: 1} []\n..."},
        {get("X: 1") + "(", "GET /| @h {X: 1} []\n400 not a request line\n"},
    };
}

void check_however_cut(const Conversation& conversation) {
    CAPTURE(conversation.bytes.substr(0, 200));
    CHECK(read_whole(conversation.bytes) == conversation.transcript);
    CHECK(read_byte_by_byte(conversation.bytes) == conversation.transcript);
    // The long ones are cut round the places where their limits are; the rest everywhere.
    const std::size_t step = conversation.bytes.size() > 2000 ? 97 : 1;
    for (std::size_t position = 1; position < conversation.bytes.size(); position += step) {
        CAPTURE(position);
        const bool same = read_cut_at(conversation.bytes, position) == conversation.transcript;
        CHECK(same);
    }
}

}  // namespace

TEST_CASE("a request is read the same however its bytes are cut") {
    for (const Conversation& conversation : taken()) check_however_cut(conversation);
}

TEST_CASE("what is no request is refused the same however its bytes are cut") {
    for (const Conversation& conversation : refused()) check_however_cut(conversation);
}

TEST_CASE("lines and heads of just the allowed size are taken") {
    const std::string prefix = "GET /";
    const std::string suffix = " HTTP/1.1";
    const std::string path(RequestParser::kLongestLine - prefix.size() - suffix.size(), 'a');
    const std::string fields_begin = "\r\nHost: h\r\nX: ";
    const std::size_t rest =
        RequestParser::kLongestHead - RequestParser::kLongestLine - fields_begin.size() - 4;
    for (const bool is_one_more : {false, true}) {
        const std::string head = prefix + path + suffix + fields_begin +
                                 std::string(rest + (is_one_more ? 1 : 0), 'x') + "\r\n\r\n";
        const std::string verdict = is_one_more ? "431" : "GET";
        for (std::size_t position = 1; position < head.size(); position += 61)
            CHECK(read_cut_at(head, position).substr(0, 3) == verdict);
        CHECK(read_byte_by_byte(head).substr(0, 3) == verdict);
    }
}

TEST_CASE("an ended parser gives its verdict again") {
    RequestParser parser;
    CHECK(parser.parse("G(T / HTTP/1.1\r\n") == RequestParser::State::refused);
    CHECK(parser.parse("G(T / HTTP/1.1\r\nmore") == RequestParser::State::refused);
    parser.reset();
    const std::string_view whole = "GET / HTTP/1.0\r\n\r\nmore";
    CHECK(parser.parse(whole) == RequestParser::State::complete);
    CHECK(parser.parse(whole) == RequestParser::State::complete);
    CHECK(parser.head_size() == whole.size() - 4);
}

TEST_CASE("the empty line before a request does not begin one") {
    RequestParser parser;
    CHECK(parser.parse("\r\n") == RequestParser::State::incomplete);
    CHECK_FALSE(parser.has_begun());
    CHECK(parser.parse("\r\nG") == RequestParser::State::incomplete);
    CHECK(parser.has_begun());
}
