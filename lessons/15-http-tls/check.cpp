// The check of lesson 15. Here: what a whole request is, where its head ends, and that it is the
// same however it comes. check_lines.cpp has lines, the request line and sizes, check_fields.cpp
// fields and connections, check_framing.cpp what says where the body ends.

#include <doctest/doctest.h>

#include <algorithm>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

void expect_parts(std::string_view bytes, std::string_view parts, std::string_view fields) {
    step("read " + begin_of(bytes));
    const Seen seen = expect_taken(
        bytes, bytes.starts_with('\r') ? Causes{kEmptyFirst, kNoProgress} : Causes{kNotRead});
    expect(seen.parts == parts, "method, target, path, query, host and version", parts, seen.parts,
           kNotRead);
    const bool as_many = std::ranges::count(seen.fields, '{') == std::ranges::count(fields, '{');
    expect(seen.fields == fields, "fields", fields, seen.fields,
           as_many ? Causes{kValue, kFields} : Causes{kFields});
}

}  // namespace

TEST_CASE("a request is read in its parts") {
    expect_crashes_explained();
    step("read GET / HTTP/1.1, Host: h and an empty line, in one piece");
    const std::string_view bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    const Seen seen = read_in_pieces(bytes, {});
    expect(seen.state == State::complete, "the state", "complete", seen.text(), kNotRead);
    const bool but_for_host = seen.parts.starts_with("GET|/|/||") && seen.parts.ends_with("|1.1");
    expect(seen.parts == "GET|/|/||h|1.1", "method, target, path, query, host and version",
           "GET|/|/||h|1.1", seen.parts, but_for_host ? kValue : kNotRead);
    expect_equal(seen.head_size, bytes.size(), "head_size()", {kLeftOver, kSwallowed});
}

TEST_CASE("method and target and version are told as they were sent") {
    expect_parts("GET /a?b=c&d HTTP/1.1\r\nHost: h:80\r\n\r\n", "GET|/a?b=c&d|/a|b=c&d|h:80|1.1",
                 "{Host: h:80}");
    expect_parts("POST http://x:1/p HTTP/1.1\r\nHost: h\r\n\r\n", "POST|http://x:1/p|/p||x:1|1.1",
                 "{Host: h}");
    expect_parts("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS|*|*||h|1.1", "{Host: h}");
    expect_parts("DELETE / HTTP/1.0\r\n\r\n", "DELETE|/|/|||1.0", "");
    expect_parts("\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n", "GET|/x|/x||h|1.1", "{Host: h}");
}

TEST_CASE("fields are told in their order as they were sent") {
    expect_parts("GET / HTTP/1.1\r\nX-b: 2\r\nhOsT: h\r\nx-B:1\r\nA: 3\r\nX-b: 2\r\n\r\n",
                 "GET|/|/||h|1.1", "{X-b: 2}{hOsT: h}{x-B: 1}{A: 3}{X-b: 2}");
    expect_parts("GET / HTTP/1.1\r\nHost: h\r\nCookie: a=1; b\r\nCookie: c\r\n\r\n",
                 "GET|/|/||h|1.1", "{Host: h}{Cookie: a=1; b}{Cookie: c}");
}

TEST_CASE("the head ends behind its empty line") {
    const std::string first = get("X: 1");
    for (const std::string behind :
         {"GET /next HTTP/1.1\r\nHost: h\r\n\r\n", "\r\nGET / HTTP/1.1\r\n", "body\nbody", "\n",
          "\r\n\r\n\r\n", "\x01(", "X: 2\r\n\r\n"}) {
        step("read a request with " + show(behind) + " behind it");
        expect_crashes_explained();
        const Seen seen = read_in_pieces(first + behind, {});
        expect(seen.state == State::complete, "the state", "complete", seen.text(),
               {kSwallowed, kAgain});
        expect_equal(seen.head_size, first.size(), "head_size()",
                     seen.head_size > first.size() ? kSwallowed : kLeftOver);
        expect(seen.fields == "{Host: h}{X: 1}", "fields", "{Host: h}{X: 1}", seen.fields,
               kSwallowed);
        expect_same_when_cut(first + behind, seen);
    }
}

TEST_CASE("a head is incomplete up to its last byte") {
    expect_crashes_explained();
    for (const std::string& head :
         {get("X: 1"), "\r\n" + get("Content-Length: 3"), get("A:\r\nTransfer-Encoding: chunked"),
          old_get("Connection: keep-alive")}) {
        step("read the beginnings of " + show(head));
        for (std::size_t size = 0; size < head.size(); ++size) {
            const Seen seen = read_in_pieces(head.substr(0, size), {});
            expect(seen.state == State::incomplete, "the state after " + show(head.substr(0, size)),
                   "incomplete", seen.text(),
                   seen.state == State::refused ? Causes{kEarly, kCut} : Causes{kCut, kLeftOver});
        }
        step("read it byte by byte, and in two pieces, at another place in memory each time");
        const Seen whole = read_in_pieces(head, {});
        expect(whole.state == State::complete, "in one piece", "complete", whole.text(), kNotRead);
        expect_same_when_cut(head, whole);
    }
}

TEST_CASE("two parsers read two requests at once") {
    expect_crashes_explained();
    const std::string one = "\r\nPUT /one HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n";
    const std::string two =
        "\r\nGET /two HTTP/1.0\r\nHost: b\r\nConnection: close, TE\r\nX: y\r\n\r\n";
    const std::string alone_one = read_in_pieces(one, {}).text();
    const std::string alone_two = read_in_pieces(two, {}).text();
    step("give one byte to a parser, one to another, and so on");
    RequestParser first, second;
    std::string seen_one, seen_two;
    for (std::size_t size = 1; size <= std::max(one.size(), two.size()); ++size) {
        const Piece of_one(std::string_view(one).substr(0, size));
        const Piece of_two(std::string_view(two).substr(0, size));
        const State state_one = first.parse(of_one.view());
        const State state_two = second.parse(of_two.view());
        seen_one = seen_of(first, state_one, of_one.view()).text();
        seen_two = seen_of(second, state_two, of_two.view()).text();
    }
    expect(seen_one == alone_one, "the first one, as it is read alone", alone_one, seen_one,
           {kShared, kAgain});
    expect(seen_two == alone_two, "the second one, as it is read alone", alone_two, seen_two,
           {kShared, kAgain});
}

TEST_CASE("a parser reads one request after another") {
    expect_crashes_explained();
    const std::string requests[] = {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
        "\r\n" + old_get(""),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        get("Connection: close"),
        get("Content-Length: 0"),
        get("Content-Length: 7")};
    step("reset() it between two requests");
    RequestParser parser;
    for (const std::string& bytes : requests) {
        const Piece piece(bytes);
        const State state = parser.parse(piece.view());
        const std::string alone = read_in_pieces(bytes, {}).text();
        const std::string seen = seen_of(parser, state, piece.view()).text();
        expect(seen == alone, begin_of(bytes) + " as a fresh parser reads it", alone, seen,
               kShared);
        parser.reset();
    }
}

TEST_CASE("an ended parser gives its verdict again") {
    expect_crashes_explained();
    step("read a request, and ask again with a body that looks like fields");
    RequestParser parser;
    const std::string whole = get("Content-Length: 20");
    const std::string more = whole + "Content-Length: 1\r\n\r\n";
    for (const std::string* bytes : {&whole, &whole, &more, &more}) {
        const Piece piece(*bytes);
        const State state = parser.parse(piece.view());
        const Seen seen = seen_of(parser, state, piece.view());
        expect(seen.state == State::complete && seen.head_size == whole.size() &&
                   seen.framing.length == 20 && seen.fields == "{Host: h}{Content-Length: 20}",
               "the verdict", "the one from before", seen.text(), kAgain);
    }
    step("read what is refused, and ask again with a good request behind it");
    parser.reset();
    const std::string bad = "GET / HTTP/1.1\r\nHost : h\r\n";
    for (const std::string& bytes : {bad, bad, bad + "\r\n", bad + "\r\n" + whole}) {
        const Piece piece(bytes);
        const State state = parser.parse(piece.view());
        const Seen seen = seen_of(parser, state, piece.view());
        expect(state != State::incomplete, "the verdict", "refused with 400", "incomplete", kLate);
        expect(state == State::refused && seen.status == 400, "the verdict", "refused with 400",
               seen.text(), {kAgain, kSpaceColon});
        expect_equal(parser.keeps_alive(), false, "keeps_alive() after a refusal", kAgain);
    }
}

TEST_CASE("the method of a refused request is told") {
    expect_crashes_explained();
    for (const char* rest : {" / HTTP/1.1\r\nHost : h\r\n", " / HTTP/9.9\r\n", " /a b HTTP/1.1\r\n",
                             " / HTTP/1.1\r\n\r\n"}) {
        const std::string bytes = std::string("HEAD") + rest;
        step("read " + show(bytes));
        RequestParser parser;
        const Piece piece(bytes);
        const State state = parser.parse(piece.view());
        expect(state == State::refused, "the state", "refused",
               seen_of(parser, state, piece.view()).text(), {kVersion, kSplit, kNoHost});
        const std::string method(parser.method(piece.view()));
        expect(method == "HEAD", "method()", "HEAD", show(method), kMethodLost);
    }
}
