#include "net/http/writer.hh"

#include <doctest/doctest.h>

using namespace waymark::net::http;

namespace {

struct Written {
    std::string out;
    DateClock clock;
    Writer writer{out, clock};

    explicit Written(const Writer::Terms& terms = {}) { writer.prepare(terms); }

    // Without the date, which is another each second.
    std::string text() const {
        std::string result = out;
        for (std::size_t at = result.find("Date: "); at != result.npos; at = result.find("Date: "))
            result.erase(at, std::string_view("Date: ").size() + DateText::kSize + 2);
        return result;
    }
};

constexpr Writer::Terms kHead{.is_head = true};
constexpr Writer::Terms kClose{.keeps_alive = false};
constexpr Writer::Terms kOldKeepAlive{.minor_version = 0};

}  // namespace

TEST_CASE("an answer has its date, its type and its length") {
    Written written;
    written.writer.answer(200, "text/plain", "hello");
    CHECK(written.text() ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(written.out.find("\r\nDate: ") != std::string::npos);
}

TEST_CASE("the fields of every answer stand in each once, also when it was begun anew") {
    FieldBlock fields;
    fields.add("X-Owner", "ours");
    Written written(Writer::Terms{.fields = &fields});
    written.writer.begin(200);
    written.writer.error(404);
    CHECK(written.text().starts_with("HTTP/1.1 404 Not Found\r\nX-Owner: ours\r\nContent-Type: "));
    Written without;
    without.writer.error(404);
    CHECK(without.text().find("X-Owner") == std::string::npos);
}

TEST_CASE("the answer to HEAD tells the length and has no body") {
    Written written(kHead);
    written.writer.answer(200, "", "hello");
    CHECK(written.text() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    Written error(kHead);
    error.writer.error(404);
    CHECK(error.text().ends_with("Content-Length: 14\r\n\r\n"));
}

TEST_CASE("204 and 304 have neither body nor length") {
    for (const int status : {204, 304}) {
        Written written;
        written.writer.answer(status, "", "not to be sent");
        CHECK(written.text().find("Content-Length") == std::string::npos);
        CHECK(written.text().ends_with("\r\n\r\n"));
    }
}

TEST_CASE("the connection's fate is said where it must be") {
    Written close(kClose);
    close.writer.answer(200, "", "");
    CHECK(close.text() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    Written old(kOldKeepAlive);
    old.writer.answer(200, "", "");
    CHECK(old.text() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    Written stream;
    stream.writer.begin(200);
    stream.writer.end_until_close("text/event-stream");
    CHECK(stream.text() ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    CHECK_FALSE(stream.writer.keeps_alive());
}

TEST_CASE("no value ends its line") {
    Written written;
    written.writer.begin(301);
    written.writer.field("Location", std::string_view("/a\r\nX-Injected: 1\0\n", 19));
    written.writer.end_without_body();
    CHECK(written.text() ==
          "HTTP/1.1 301 Moved Permanently\r\nLocation: /a  X-Injected: 1  \r\n"
          "Content-Length: 0\r\n\r\n");
    FieldBlock block;
    block.add("A", "b\nc");
    CHECK(block.lines() == "A: b c\r\n");
}

TEST_CASE("an answer that was begun can be taken back, those before it stay") {
    Written written;
    written.writer.answer(204, "", "");
    const std::string before = written.text();
    written.writer.prepare({});
    written.writer.begin(200);
    written.writer.field("X", "1");
    written.writer.begin(500);
    written.writer.end_without_body();
    CHECK(written.text() ==
          before + "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("an interim answer is no answer") {
    Written written;
    written.writer.continue_now();
    CHECK_FALSE(written.writer.has_begun());
    written.writer.error(413);
    CHECK(
        written.text() ==
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; "
        "charset=utf-8\r\nContent-Length: 22\r\n\r\n413 Content Too Large\n");
}

TEST_CASE("a body of unknown length goes in chunks, and until the close to HTTP/1.0") {
    for (const bool is_old : {false, true}) {
        Written written(is_old ? kOldKeepAlive : Writer::Terms{});
        Writer& writer = written.writer;
        writer.begin(200);
        writer.end_with_pieces("text/plain");
        CHECK(writer.has_open_body());
        writer.piece("hello");
        writer.piece("");
        writer.piece(std::string(16, 'x'));
        CHECK(writer.body_length() == 21);
        writer.last_piece();
        CHECK_FALSE(writer.has_open_body());
        CHECK(writer.keeps_alive() != is_old);
        CHECK(written.text() ==
              (is_old ? "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
                        "helloxxxxxxxxxxxxxxxx"
                      : "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n"));
    }
}

TEST_CASE("pieces are not sent where there is no body") {
    Written written(kHead);
    written.writer.begin(200);
    written.writer.end_with_pieces("text/plain");
    written.writer.piece("hello");
    written.writer.last_piece();
    CHECK(written.text().ends_with("Transfer-Encoding: chunked\r\n\r\n"));
    CHECK(written.writer.body_length() == 0);

    Written nothing;
    nothing.writer.begin(204);
    nothing.writer.end_with_pieces("");
    nothing.writer.piece("hello");
    CHECK(nothing.text() == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK_FALSE(nothing.writer.has_open_body());
}

TEST_CASE("the length of a body is told, that of an answer to HEAD is 0") {
    Written written;
    written.writer.answer(200, "text/plain", "hello");
    CHECK(written.writer.body_length() == 5);
    Written head(kHead);
    head.writer.answer(200, "text/plain", "hello");
    CHECK(head.writer.body_length() == 0);
}
