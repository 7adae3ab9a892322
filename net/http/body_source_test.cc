// Handlers that read the body themselves, and what the connection makes of it.

#include "net/http/body_source.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "net/http/server_conversation.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;

namespace {

// "/echo" sends each part back as it came, "/early" answers without a look at the body.
struct Conversation : ServerConversation {
    std::size_t largest_part = 0;
    int status = 0;

    Conversation() {
        router.add_streaming("POST", "/echo", 1'000'000,
                             [this](Exchange& exchange) { return echo(exchange); });
        router.add_streaming("POST", "/early", 1'000'000,
                             [](Exchange& exchange) { return early(exchange); });
        router.add("GET", "/hello", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", "hello\n");
            return answered();
        });
    }

    Task<void> echo(Exchange& exchange) {
        const bool is_there = co_await exchange.body->ask_for_body();
        if (!is_there) co_return;
        BodyPart part = co_await exchange.body->read_part();
        if (part.kind == BodyPart::Kind::refused) {
            status = part.status;
            exchange.answer.close_after();
            exchange.answer.error(part.status);
            co_return;
        }
        exchange.answer.begin(200);
        exchange.answer.field("X-Method", exchange.request.method);
        exchange.answer.end_with_pieces("text/plain");
        while (part.kind == BodyPart::Kind::bytes) {
            largest_part = std::max(largest_part, part.bytes.size());
            exchange.answer.piece(part.bytes);
            const bool is_taken = co_await exchange.flush(5s);
            if (!is_taken) co_return;
            BodyPart next = co_await exchange.body->read_part();
            part = next;
        }
        if (part.kind != BodyPart::Kind::end) co_return;  // what is sent has no last piece
        exchange.answer.last_piece();
    }

    static Task<void> early(Exchange& exchange) {
        exchange.answer.answer(200, "text/plain", "early\n");
        co_return;
    }
};

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

std::string post(std::string_view path, std::string_view fields, std::string_view body) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" +
           std::string(body);
}

std::size_t count(std::string_view text, char byte) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), byte));
}

}  // namespace

TEST_CASE("a body goes to the handler as it comes, and the next request follows it") {
    for (const bool is_chunked : {false, true}) {
        Conversation c;
        c.send(post("/echo",
                    is_chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: 6\r\n",
                    is_chunked ? "3\r\nabc\r\n" : "abc"));
        c.receive_until("3\r\nabc\r\n");  // half of it has come, and is back already
        c.send(is_chunked ? "3\r\ndef\r\n0\r\n\r\n" : "def");
        c.receive_until("3\r\ndef\r\n0\r\n\r\n");
        CHECK(c.received.find("X-Method: POST\r\n") != std::string::npos);
        c.send(kHello);
        c.receive_until("hello\n");
        CHECK(c.server->counters().requests == 2);
    }
}

TEST_CASE("a request that came together with the body's end is answered after it") {
    Conversation c;
    c.send(post("/echo", "Content-Length: 3\r\n", "abc") + std::string(kHello));
    c.receive_until("hello\n");
    CHECK(c.received.find("3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("a long body is never there as a whole") {
    Conversation c;
    constexpr std::size_t kLength = 500'000;
    std::string sent;
    c.send(post("/echo", "Content-Length: 500000\r\n", ""));
    for (std::size_t i = 0; i < kLength / 1000; ++i) {
        c.send(std::string(1000, '~'));
        c.receive_some();
    }
    c.receive_until("\r\n0\r\n\r\n");
    CHECK(count(c.received, '~') == kLength);
    CHECK(c.largest_part <= InputBuffer::kUsualSize);
}

TEST_CASE("a handler that does not take the body is answered for, and nothing after it is read") {
    Conversation c;
    c.send(post("/early", "Content-Length: 100\r\n", "abc"));
    c.receive_until("early\n");
    c.send(kHello);
    c.rounds_until([&] {
        c.receive_some();
        return c.has_ended;
    });
    CHECK(c.received.find("hello") == std::string::npos);
}

TEST_CASE("who waits for 100 is asked for the body once, and before the answer") {
    Conversation c;
    c.send(post("/echo", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
    c.receive_until("HTTP/1.1 100 Continue\r\n\r\n");
    c.send("abc");
    c.receive_until("0\r\n\r\n");
    CHECK(c.received.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    CHECK(c.received.rfind("100 Continue") == c.received.find("100 Continue"));
}

TEST_CASE("what is malformed, too long or too slow is told to the handler") {
    struct Row {
        std::string fields;
        std::string body;
        int status;
    };
    const Row rows[] = {
        {"Transfer-Encoding: chunked\r\n", "x\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "fffff\r\n", 413},
        {"Content-Length: 10\r\n", "", 408},
    };
    for (const Row& row : rows) {
        CAPTURE(row.status);
        Conversation c;
        c.limits.body = c.limits.body_grace = 20ms;
        c.send(post("/echo", row.fields, row.body));
        c.receive_until("HTTP/1.1 " + std::to_string(row.status));
        CHECK(c.status == row.status);
    }
    // A length that is told is refused before the handler is called.
    Conversation c;
    c.send(post("/echo", "Content-Length: 1000001\r\n", ""));
    c.receive_until("HTTP/1.1 413");
    CHECK(c.status == 0);
}

TEST_CASE("an answer without its last piece is the last one, and is not finished") {
    Conversation c;
    c.send(post("/echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"));
    c.receive_until("3\r\nabc\r\n");
    c.send("x" + std::string(kHello));
    c.rounds_until([&] {
        c.receive_some();
        return c.has_ended;
    });
    CHECK(c.received.find("0\r\n\r\n") == std::string::npos);
    CHECK(c.received.find("hello") == std::string::npos);
    c.rounds_until([&] { return c.server->open_connections() == 0; });
}
