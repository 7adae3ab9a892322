#include "net/http/server.hh"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>

#include "net/http/server_conversation.hh"
#include "net/notice.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view path, std::string_view body) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

struct Conversation : ServerConversation {
    Notice released{loop};
    int waiting = 0;

    Conversation() {
        router.add("GET", "/hello", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", "hello\n");
            return answered();
        });
        router.add("POST", "/echo", 100'000, [](Exchange& exchange) {
            exchange.answer.answer(200, "", exchange.request.body);
            return answered();
        });
        router.add("POST", "/wait/{}", 1000, [this](Exchange& exchange) { return wait(exchange); });
        router.add("GET", "/throw", 0,
                   [](Exchange&) -> Completion { throw std::runtime_error("handler failed"); });
        router.add("GET", "/throw-later", 0, [this](Exchange&) { return throw_later(); });
        router.add("GET", "/nothing", 0, [](Exchange&) { return answered(); });
    }

    // What the request shows must still be there after the wait.
    Task<void> wait(Exchange& exchange) {
        ++waiting;
        const bool told = co_await released.wait();
        --waiting;
        REQUIRE(told);
        exchange.answer.answer(
            200, "",
            std::string(exchange.parameters[0]) + "=" + std::string(exchange.request.body));
    }
    Task<void> throw_later() {
        co_await loop.yield();
        throw std::runtime_error("handler failed");
    }
};

}  // namespace

TEST_CASE("a connection serves one request after the other") {
    Conversation c;
    for (int i = 0; i < 3; ++i) {
        c.received.clear();
        c.send(get("/hello"));
        c.receive_until("\r\n\r\nhello\n");
    }
    CHECK_FALSE(c.has_ended);
    CHECK(c.server->counters().requests == 3);
    CHECK(c.server->counters().connections == 1);
}

TEST_CASE("pipelined requests are answered in order, and their answers sent together") {
    Conversation c;
    c.send(get("/hello") + post("/echo", "one") + get("/nowhere") + post("/echo", "last"));
    c.rounds_until([&] { return c.server->counters().requests == 4; });
    c.round();
    // One read: they came in one write.
    CHECK(c.receive_some());
    CHECK(c.statuses() == "200 200 404 200");
    CHECK(c.received.ends_with("last"));
}

TEST_CASE("many pipelined requests take their turns and are all answered") {
    Conversation c;
    c.limits.requests = 1000;
    std::string requests;
    for (int i = 0; i < 500; ++i) requests += post("/echo", std::to_string(i) + ";");
    c.send(requests);
    c.receive_until("499;");
    CHECK(c.server->counters().requests == 500);
}

TEST_CASE("a request may come in single bytes") {
    Conversation c;
    const std::string request = post("/echo", "hello");
    for (const char byte : request) {
        c.send(std::string_view(&byte, 1));
        c.round();
    }
    c.receive_until("\r\n\r\nhello");
}

TEST_CASE("a body larger than the buffer arrives whole") {
    Conversation c;
    std::string body;
    while (body.size() < 90'000) body += std::to_string(body.size());
    c.send(post("/echo", body));
    c.receive_until(body);
    // Chunked, with the next request behind it.
    c.received.clear();
    c.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n" +
           body.substr(0, 0x4000) + "\r\n4000\r\n" + body.substr(0x4000, 0x4000) + "\r\n0\r\n\r\n" +
           get("/hello"));
    c.receive_until("hello\n");
    CHECK(c.received.find("\r\n\r\n" + body.substr(0, 0x8000) + "HTTP/1.1 200") !=
          std::string::npos);
}

TEST_CASE("a handler may wait, with its request in place, and those behind it wait too") {
    Conversation c;
    c.send(get("/hello") + post("/wait/a", "body-a") + post("/wait/b", "body-b"));
    c.rounds_until([&] { return c.waiting == 1; });
    c.receive_until("hello\n");
    CHECK(c.statuses() == "200");
    c.released.tell_all();
    c.receive_until("a=body-a");
    c.rounds_until([&] { return c.waiting == 1; });
    c.released.tell_all();
    c.receive_until("b=body-b");
    CHECK(c.statuses() == "200 200 200");
}

TEST_CASE("a peer that leaves while a handler waits harms nobody") {
    Conversation c;
    c.send(post("/wait/a", "body"));
    c.rounds_until([&] { return c.waiting == 1; });
    c.hang_up();
    c.round();
    c.released.tell_all();
    c.rounds_until([&] { return c.server->open_connections() == 0; });
}

TEST_CASE("a server that is destroyed takes its waiting handlers with it") {
    Conversation c;
    c.send(post("/wait/a", "body"));
    c.rounds_until([&] { return c.waiting == 1; });
    c.server.reset();
    CHECK(c.released.waiting() == 0);
}

TEST_CASE("a handler that fails is answered with 500 and heard of") {
    for (const char* path : {"/throw", "/throw-later"}) {
        CAPTURE(path);
        Conversation c;
        int heard = 0;
        c.connect();
        c.server->when_handler_fails([&](std::exception_ptr) { ++heard; });
        c.send(get(path) + get("/hello"));
        c.receive_until_end();
        CHECK(c.statuses() == "500");
        CHECK(heard == 1);
    }
}

TEST_CASE("a handler that answers nothing is answered with 500") {
    Conversation c;
    c.send(get("/nothing"));
    c.receive_until("500 Internal Server Error\n");
}

TEST_CASE("a malformed request is answered, and nothing after it") {
    Conversation c;
    c.send(get("/hello") + "G(T / HTTP/1.1\r\n\r\n" + get("/hello"));
    c.receive_until_end();
    CHECK(c.statuses() == "200 400");
    CHECK(c.received.find("Connection: close") != std::string::npos);
    CHECK(c.server->counters().refused_requests == 1);
}

TEST_CASE("the fields of every answer go with refusals, too") {
    for (const std::string& request : {get("/hello"), get("/nowhere"), get("/throw"),
                                       post("/hello", ""), std::string("G(T\r\n\r\n")}) {
        Conversation c;
        c.fields.add("X-Owner", "ours");
        c.send(request);
        c.receive_until("\r\nX-Owner: ours\r\n");
    }
}

TEST_CASE("after close nothing more is answered") {
    Conversation c;
    c.send(get("/hello", "Connection: close\r\n") + get("/hello"));
    c.receive_until_end();
    CHECK(c.statuses() == "200");
}

TEST_CASE("a body that is not taken is refused") {
    Conversation c;
    c.send(post("/echo", std::string(100'001, 'x')));
    c.receive_until_end();
    CHECK(c.statuses() == "413");
    c.connect();
    c.send("GET /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    c.receive_until_end();
    CHECK(c.statuses() == "413");
    c.connect();
    c.send(post("/nowhere", "body") + get("/hello"));
    c.receive_until_end();
    CHECK(c.statuses() == "404");
}

TEST_CASE("a client that waits is told to send its body, if anybody wants it") {
    Conversation c;
    c.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    c.receive_until("HTTP/1.1 100 Continue\r\n\r\n");
    c.send("hello");
    c.receive_until("\r\n\r\nhello");
    CHECK(c.statuses() == "100 200");
    c.connect();
    c.send("POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    c.receive_until_end();
    CHECK(c.statuses() == "405");
}

TEST_CASE("whoever is too slow is told so, or closed when he said nothing") {
    Conversation c;
    c.limits.head = 20ms;
    c.limits.body = 20ms;
    c.limits.idle = 20ms;
    c.send("GET /hello HT");
    CHECK(c.receive_until_end().starts_with("HTTP/1.1 408 "));
    c.connect();
    c.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
    CHECK(c.receive_until_end().starts_with("HTTP/1.1 408 "));
    c.connect();
    CHECK(c.receive_until_end().empty());
    c.connect();
    c.send(get("/hello"));
    CHECK(c.receive_until_end().ends_with("hello\n"));
    CHECK(c.statuses() == "200");
}

TEST_CASE("a peer that stops in the middle is told that its request is not whole") {
    Conversation c;
    c.send("GET /hello HT");
    c.shutdown_write();
    c.receive_until_end();
    CHECK(c.statuses() == "400");
    c.connect();
    c.send(get("/hello"));
    c.shutdown_write();
    c.receive_until_end();
    CHECK(c.statuses() == "200");
}

TEST_CASE("the last request of a connection is announced") {
    Conversation c;
    c.limits.requests = 2;
    c.send(get("/hello") + get("/hello") + get("/hello"));
    c.receive_until_end();
    CHECK(c.statuses() == "200 200");
    CHECK(c.received.find("Connection: close") > c.received.find("hello\n"));
}

TEST_CASE("a last answer says itself that it is the end, and leaves that to no close") {
    Conversation c;
    c.connect();
    SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
    const Fd held = pair.first.duplicate();  // so that close(2) ends nothing
    c.peer = std::move(pair.second);
    c.server->serve(std::move(pair.first), Address());
    c.send(get("/hello", "Connection: close\r\n"));
    CHECK(c.receive_until_end().ends_with("hello\n"));
}
