// What a handler does with its exchange, and what the connection makes of it.

#include "net/http/exchange.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "net/http/server_conversation.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// More than the kernel takes for a peer that does not read.
const std::string kLong(8'000'000, 'x');

struct Conversation : ServerConversation {
    int flushed = 0;
    int failed = 0;

    Conversation() {
        router.add("GET", "/hello", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", "hello\n");
            return answered();
        });
        router.add("GET", "/head", 0, [this](Exchange& exchange) { return in_head(exchange); });
        router.add("GET", "/body", 0, [this](Exchange& exchange) { return in_body(exchange); });
        router.add("GET", "/file/throws", 0, [this](Exchange& exchange) -> Completion {
            answer_file(exchange);
            throw std::runtime_error("later");
        });
        router.add("GET", "/file/refuses", 0, [this](Exchange& exchange) {
            answer_file(exchange);
            exchange.answer.take_back();
            exchange.answer.error(403);
            return answered();
        });
        router.add("GET", "/file", 0, [this](Exchange& exchange) {
            answer_file(exchange);
            return answered();
        });
    }

    void note(bool is_there) { ++(is_there ? flushed : failed); }

    // Both end as soon as a flush has failed.
    Task<void> in_head(Exchange& exchange) {
        exchange.answer.begin(200);
        exchange.answer.field("X-Part", kLong);
        const bool is_there = co_await exchange.flush(10ms);
        note(is_there);
        if (!is_there) co_return;
        exchange.answer.end_without_body();
    }
    Task<void> in_body(Exchange& exchange) {
        exchange.answer.begin(200);
        exchange.answer.end_with_length("text/plain", kLong.size());
        exchange.append(kLong);
        const bool is_there = co_await exchange.flush(10ms);
        note(is_there);
    }

    void answer_file(Exchange& exchange) const {
        exchange.answer.begin(200);
        exchange.answer.end_with_length("text/plain", 4);
        exchange.send_file({.file = file, .offset = 0, .count = 4});
    }

    std::shared_ptr<const Fd> file = [] {
        std::FILE* made = std::tmpfile();
        std::fputs("file", made);
        std::fflush(made);
        auto own = std::make_shared<const Fd>(::dup(::fileno(made)));
        std::fclose(made);
        return own;
    }();
};

std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

}  // namespace

TEST_CASE("a handler that ends when its peer has gone ends the connection, in the head too") {
    Conversation c;
    c.send(get("/head"));
    c.rounds_until([&] { return c.server->counters().connections == 1; });
    c.hang_up();
    c.rounds_until([&] { return c.server->open_connections() == 0; });
    CHECK(c.flushed == 0);
    CHECK(c.failed == 1);
    CHECK(c.server->counters().failed_connections == 0);
    c.connect();
    c.send(get("/hello"));
    c.receive_until("hello\n");
}

TEST_CASE("nothing follows an answer of which the peer did not take a part") {
    Conversation c;
    c.send(get("/body") + get("/hello"));
    c.rounds_until([&] { return c.failed == 1; });
    c.receive_until_end();
    CHECK(c.received.size() < kLong.size());
    CHECK(c.received.find("hello") == std::string::npos);
}

TEST_CASE("a file goes with the answer that it was given for, and with no other") {
    Conversation c;
    c.send(get("/file"));
    c.receive_until("\r\n\r\nfile");
    c.send(get("/file/refuses") + get("/file/throws"));
    c.receive_until_end();
    CHECK(c.statuses() == "200 403 500");
    CHECK(c.received.find("file", c.received.find("403")) == std::string::npos);
}
