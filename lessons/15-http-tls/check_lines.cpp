// Lines and their ends, the request line, and how much there may be of all.

#include <doctest/doctest.h>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

constexpr std::size_t kLine = RequestParser::kLongestLine;
constexpr std::size_t kHead = RequestParser::kLongestHead;

std::string of_size(std::string begin, std::size_t size, std::string_view end = "") {
    begin.append(size - begin.size() - end.size(), 'a');
    return begin + std::string(end);
}

const std::string kRequestLine = "GET / HTTP/1.1\r\n";

// A little more was taken than may be. Who refuses much more has a bound, and counts otherwise.
Causes no_bound_or_wide(const Advice& no_bound, std::string_view much_more) {
    expect_crashes_explained();
    const bool has_bound = read_in_pieces(much_more, {}).state == State::refused;
    return has_bound ? Causes{kTooWide} : Causes{no_bound};
}

}  // namespace

TEST_CASE("a lone LF ends no line") {
    for (const char* bytes :
         {"GET / HTTP/1.1\n", "GET / HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\r\nHost: h\n",
          "GET / HTTP/1.1\r\nHost: h\r\n\n", "GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\n\r\n", "\nGET / HTTP/1.1\r\n"}) {
        step(std::string("read ") + show(bytes));
        expect_refused(bytes, 400, kLoneLf);
    }
}

TEST_CASE("a CR within a line is refused") {
    for (const char* bytes :
         {"GET / HTTP/1.1\r\r\n", "GET /\r HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h\r\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n\rY: 2\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX:\r1\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: \r5\r\n"}) {
        step(std::string("read ") + show(bytes));
        expect_refused(bytes, 400, kBareCr);
    }
}

TEST_CASE("one empty line may stand before the request line") {
    step("read an empty line and a request");
    const std::string bytes = "\r\n" + get("X: 1");
    const Seen seen = expect_taken(bytes, kEmptyFirst);
    expect_equal(seen.head_size, bytes.size(), "head_size(), from the empty line on", kLeftOver);
}

TEST_CASE("a second empty line is refused") {
    for (const char* bytes :
         {"\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n\r\n"}) {
        step(std::string("read ") + show(bytes));
        expect_refused(bytes, 400, kEmptyMany);
    }
}

TEST_CASE("an empty line begins no request") {
    expect_crashes_explained();
    for (const char* bytes : {"", "\r", "\r\n", "\r\n\r"}) {
        step(std::string("read ") + show(bytes));
        const Seen seen = read_in_pieces(bytes, {});
        expect(seen.state == State::incomplete, "the state", "incomplete", seen.text(),
               kEmptyFirst);
        expect_equal(seen.has_begun, false, "has_begun()", kBegun);
    }
    for (const char* bytes :
         {"G", "\r\nG", "GET / HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\nHost: h\r\n"}) {
        step(std::string("read ") + show(bytes));
        const Seen seen = read_in_pieces(bytes, {});
        expect(seen.state == State::incomplete, "the state", "incomplete", seen.text(),
               {kEarly, kEmptyFirst});
        expect_equal(seen.has_begun, true, "has_begun()", kNotBegun);
    }
    for (const char* bytes :
         {"GET\r\n", "GET / HTTP/1.1\n", " GET / HTTP/1.1\r\n", "\r\n\x16\x03\x01\n"}) {
        step(std::string("read ") + show(bytes) + ", which is no request line");
        expect_equal(read_in_pieces(bytes, {}).has_begun, true, "has_begun()", kNotBegun);
    }
    step("read a request line that is too long, in one piece");
    const Seen too_long = read_in_pieces(of_size("GET /", kLine + 1, " HTTP/1.1") + "\r\n", {});
    expect_equal(too_long.has_begun, true, "has_begun()", kNotBegun);
}

TEST_CASE("what cannot begin a request is refused at its first byte") {
    for (const char* bytes :
         {" ", "\t", "(", "\x16\x03\x01", "\x80", " GET / HTTP/1.1\r\n", ":\r\n"}) {
        step(std::string("read ") + show(bytes));
        expect_refused(bytes, 400, {kMethod, kNoLineBound});
    }
    step("read the handshake of TLS, in pieces, and in one piece that happens to end a line");
    const std::string handshake = "\x16\x03\x01\x02\r\n";
    const Seen whole = read_in_pieces(handshake, {});
    const Seen in_pieces = read_in_pieces(handshake, {1});
    expect(whole.reason == in_pieces.reason, "the reason of the refusal", show(in_pieces.reason),
           show(whole.reason), kTls);
    step("read a NUL");
    expect_refused(std::string_view("\0GET", 4), 400, {kMethod, kNoLineBound});
}

TEST_CASE("a request line has three parts") {
    for (const char* line :
         {"GET", "GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
          "GET\t/\tHTTP/1.1", "GET /\tHTTP/1.1", "GET / x HTTP/1.1", "GET /a b HTTP/1.1",
          "GET / HTTP/1.1 x", "GET HTTP/1.1"}) {
        step(std::string("read the request line ") + show(line));
        expect_refused(line + std::string("\r\n"), 400, kSplit);
    }
}

TEST_CASE("a method is a token") {
    for (const char* method : {"G(T", "GET\x01", "G\xC3\x89T", "GET:", "G\"T", "G/T", "a@b"}) {
        step(std::string("read the method ") + show(method));
        expect_refused(method + std::string(" / HTTP/1.1\r\n"), 400, kMethod);
    }
    for (const char* method : {"get", "M-SEARCH", "X!#$%&'*+-.^_`|~9", "BREW", "P"}) {
        step(std::string("read the method ") + show(method));
        const Seen seen =
            expect_taken(method + std::string(" / HTTP/1.1\r\nHost: h\r\n\r\n"), kMethod);
        expect(seen.parts.starts_with(method + std::string("|")), "the method", method, seen.parts,
               kNotRead);
    }
}

TEST_CASE("a version is eight bytes") {
    for (const char* version :
         {"http/1.1", "HTTP/1.1x", "HTTP/1.01", "HTTP/01.1", "HTTP/1", "HTTP/1.", "HTTP/1,1",
          "HTTP/1.x", "HTTP/-1.1", "HTTP/+1.1", "HTTP/1.-1", "HTTPS/1.1", "HTTP1.1", "HTTP/x.1",
          "HTTP/4294967297.1", "1.1", "HTTP/1.10"}) {
        step(std::string("read the version ") + show(version));
        expect_refused(std::string("GET / ") + version + "\r\n", 400, kVersion,
                       {kVersion, kStatus});
    }
}

TEST_CASE("another major version is 505") {
    for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/3.1", "HTTP/9.9"}) {
        step(std::string("read the version ") + show(version));
        expect_refused(std::string("GET / ") + version + "\r\nHost: h\r\n\r\n", 505, kMajor);
    }
}

TEST_CASE("a higher minor version is read as 1") {
    for (const char* version : {"HTTP/1.2", "HTTP/1.9"}) {
        step(std::string("read the version ") + show(version));
        const Seen seen =
            expect_taken(std::string("GET / ") + version + "\r\nHost: h\r\n\r\n", kMinor);
        expect(seen.parts == "GET|/|/||h|1.1", "what it is read as", "GET|/|/||h|1.1", seen.parts,
               kMinor);
        expect_equal(seen.keeps_alive, true, "keeps_alive()", {kMinor, kNewCloses});
    }
}

TEST_CASE("lines of just the allowed size are taken") {
    step("read a request line of 8192 bytes");
    expect_taken(of_size("GET /", kLine, " HTTP/1.1") + "\r\nHost: h\r\n\r\n", kTooTight);
    step("read a field line of 8192 bytes");
    expect_taken(get(of_size("X: ", kLine)), kTooTight);
}

TEST_CASE("a longer line is refused") {
    step("read a request line of 8193 bytes, and one that does not end");
    expect_refused(of_size("GET /", kLine + 1, " HTTP/1.1") + "\r\n", 414,
                   no_bound_or_wide(kNoLineBound, of_size("GET /", 12'000, " HTTP/1.1") + "\r\n"));
    expect_refused(of_size("GET /", kLine + 2), 414, kNoLineBound);
    step("read a field line of 8193 bytes, and one that does not end");
    expect_refused(get(of_size("X: ", kLine + 1)), 431,
                   no_bound_or_wide(kNoLineBound, get(of_size("X: ", 12'000))));
    expect_refused(kRequestLine + of_size("X: ", kLine + 2), 431, kNoLineBound);
    step("read one piece that has a request line far too long in it");
    expect_refused(of_size("GET /", 40'000, " HTTP/1.1") + "\r\nHost: h\r\n\r\n", 414,
                   kNoLineBound);
}

TEST_CASE("a head of just the allowed size is taken") {
    const std::string begin = get(of_size("X: ", 6000) + "\r\n" + of_size("Y: ", 6000));
    const std::string lines = begin.substr(0, begin.size() - 2);
    step("read a head of 16384 bytes");
    const std::string head = of_size(lines + "Z: ", kHead, "\r\n\r\n");
    expect_equal(expect_taken(head, kTooTight).head_size, kHead, "head_size()", kLeftOver);
    step("read the same with a body behind it");
    expect_taken(head + std::string(5000, 'b'), {kTooTight, kSwallowed});
    step("read a head of 16385 bytes");
    expect_refused(
        of_size(lines + "Z: ", kHead + 1, "\r\n\r\n"), 431,
        no_bound_or_wide(kNoHeadBound, of_size(lines + "Z: ", kHead + 2000, "\r\n\r\n")));
    step("read a head that does not end, of many short lines");
    std::string many = kRequestLine;
    for (int line = 0; line < 60; ++line) many += of_size("X: ", 300) + "\r\n";
    expect_refused(many, 431, kNoHeadBound);
    step("read an empty line and a head of 16383 bytes: the empty line counts");
    expect_refused("\r\n" + of_size(lines + "Z: ", kHead - 1, "\r\n\r\n"), 431, kNoHeadBound);
}

TEST_CASE("a hundred fields are taken and no more") {
    std::string fields;
    for (std::size_t count = 1; count < RequestParser::kMostFields; ++count) fields += "X:\r\n";
    step("read a head of 100 fields");
    const std::string most = kRequestLine + "Host: h\r\n" + fields + "\r\n";
    expect_equal(expect_taken(most, kTooTight).fields.size(), 9 + 99 * 5U,
                 "letters of its fields, as the check writes them", kFields);
    step("read a head of 101 fields");
    if_it_crashes(kNoCountBound, "stack-buffer-overflow");
    expect_refused(kRequestLine + "Host: h\r\n" + fields + "Y: 1\r\n\r\n", 431, kNoCountBound);
}
