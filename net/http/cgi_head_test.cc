#include "net/http/cgi_head.hh"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace waymark::net::http;

TEST_CASE("a head ends behind its first empty line, with or without CR") {
    CHECK_FALSE(find_cgi_head_end("Content-Type: a/b\n"));
    CHECK_FALSE(find_cgi_head_end("Content-Type: a/b\r\n\r"));
    CHECK(find_cgi_head_end("A: b\n\nbody\n\n") == 6);
    CHECK(find_cgi_head_end("A: b\r\n\r\nbody") == 8);
    CHECK(find_cgi_head_end("\nbody") == 1);
    CHECK_FALSE(find_cgi_head_end(""));
}

TEST_CASE("a head says status, type, length and other fields") {
    const CgiHead head = parse_cgi_head(
        "status: 404 Not Found\r\nCONTENT-TYPE: text/plain\r\nContent-Length:  12\r\n"
        "Set-Cookie: a=1\nSet-Cookie: b=2\n\n");
    CHECK(head.status == 404);
    CHECK(head.content_type == "text/plain");
    CHECK(head.length == 12);
    REQUIRE(head.fields.size() == 2);
    CHECK(head.fields[0].name == "Set-Cookie");
    CHECK(head.fields[1].value == "b=2");
    CHECK(parse_cgi_head("Content-Type: a/b\n\n").status == 200);
    CHECK(parse_cgi_head("Status: 204\n\n").status == 204);
}

TEST_CASE("a Location is a redirect, and a path without a status one within the server") {
    const CgiHead far = parse_cgi_head("Location: http://h/x\n\n");
    CHECK(far.status == 302);
    CHECK_FALSE(far.is_local_redirect());
    const CgiHead near = parse_cgi_head("Location: /x\n\n");
    CHECK(near.is_local_redirect());
    const CgiHead told = parse_cgi_head("Status: 303\nLocation: /x\n\n");
    CHECK(told.status == 303);
    CHECK_FALSE(told.is_local_redirect());
}

TEST_CASE("how a message is framed, and when it was made, is not the program's to say") {
    for (const char* name :
         {"Connection", "transfer-encoding", "Date", "Upgrade", "Keep-Alive", "Trailer", "TE"}) {
        CAPTURE(name);
        const CgiHead head =
            parse_cgi_head("Content-Type: a/b\n" + std::string(name) + ": close\nX-A: b\n\n");
        REQUIRE(head.fields.size() == 1);
        CHECK(head.fields[0].name == "X-A");
    }
}

TEST_CASE("a bad head is refused, in words that name the line") {
    struct Row {
        const char* head;
        const char* says;
    };
    const Row rows[] = {
        {"hello world\n\n", "hello world"},
        {": x\n\n", "Name: value"},
        {"Bad Name: x\n\n", "Name: value"},
        {"Content-Type: a\x01"
         "b\n\n",
         "control character"},
        {"Content-Type: a\rb\n\n", "control character"},
        {"Status: 99\n\n", "200 to 599"},
        {"Status: 600\n\n", "200 to 599"},
        {"Status: 20\n\n", "200 to 599"},
        {"Status: OK\n\n", "200 to 599"},
        {"Status: +20\n\n", "200 to 599"},
        {"Status: 101\nContent-Type: a/b\n\n", "200 to 599"},
        {"Content-Type: a/b\nContent-Length: -1\n\n", "number of bytes"},
        {"Content-Type: a/b\nContent-Length: \n\n", "number of bytes"},
        {"Content-Type: a/b\nContent-Length: 99999999999999999999\n\n", "number of bytes"},
        {"Content-Type: a/b\nContent-Length: 1\nContent-Length: 1\n\n", "two lengths"},
        {"X-A: b\n\n", "Content-Type or a Location"},
        {"\n", "Content-Type or a Location"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.head);
        CHECK_THROWS_WITH_AS(parse_cgi_head(row.head), doctest::Contains(row.says),
                             std::runtime_error);
    }
}
