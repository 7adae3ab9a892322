#include "net/http/event_stream.hh"

#include <doctest/doctest.h>

#include "net/http/server_conversation.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;

namespace {

std::string written(const Event& event) {
    std::string out;
    append_event(out, event);
    return out;
}

// One viewer, held by the handler's coroutine.
struct Live {
    EventStream::Settings settings;
    EventStream* viewer = nullptr;
    bool ended = false;

    Task<void> show(Exchange& exchange) {
        EventStream stream(exchange.loop(), settings);
        viewer = &stream;
        co_await stream.run(exchange);
        viewer = nullptr;
        ended = true;
    }
};

constexpr std::string_view kAsk = "GET /live HTTP/1.1\r\nHost: h\r\n\r\n";

struct LiveConversation : Live, ServerConversation {
    LiveConversation() {
        router.add("GET", "/live", 0, [this](Exchange& exchange) { return show(exchange); });
    }
};

}  // namespace

TEST_CASE("an event is lines of text, and nothing in it ends them") {
    CHECK(written({"", "", "hello"}) == "data: hello\n\n");
    CHECK(written({"7", "fix", "{}"}) == "id: 7\nevent: fix\ndata: {}\n\n");
    CHECK(written({"", "", ""}) == "data: \n\n");
    CHECK(written({"", "", "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(written({"", "", "a\n"}) == "data: a\ndata: \n\n");
    CHECK(written({"7\nid: 8", "x\r\ny", "z"}) == "id: 7 id: 8\nevent: x  y\ndata: z\n\n");
}

TEST_CASE("events reach the viewer as they are sent, until the stream is closed") {
    LiveConversation c;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n");
    CHECK(c.received.find("Content-Type: text/event-stream\r\nConnection: close\r\n") !=
          std::string::npos);
    REQUIRE(c.viewer != nullptr);
    CHECK(c.viewer->send({"1", "", "one"}));
    CHECK(c.viewer->send({"2", "", "two"}));
    c.receive_until("id: 1\ndata: one\n\nid: 2\ndata: two\n\n");
    CHECK(c.viewer->send({"3", "", "last"}));
    c.viewer->close();
    CHECK_FALSE(c.viewer->send({"4", "", "too late"}));
    c.receive_until_end();
    CHECK(c.received.ends_with("id: 3\ndata: last\n\n"));
    CHECK(c.ended);
}

TEST_CASE("a full queue refuses, and says when it is empty again") {
    LiveConversation c;
    c.settings.most_queued_bytes = 100;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n");
    int drained = 0;
    c.viewer->when_drained([&] { ++drained; });
    const std::string data(60, 'x');
    CHECK(c.viewer->send({"", "", data}));
    CHECK_FALSE(c.viewer->send({"", "", data}));
    CHECK(drained == 0);
    c.receive_until(data + "\n\n");
    c.rounds_until([&] { return drained > 0; });
    CHECK(drained == 1);
    CHECK(c.viewer->send({"", "", data}));
    c.viewer->close();
    c.receive_until_end();
}

TEST_CASE("an event that is longer than the queue is refused, and nobody is told to try again") {
    LiveConversation c;
    c.settings.most_queued_bytes = 100;
    c.settings.heartbeat = 5ms;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n");
    int drained = 0;
    c.viewer->when_drained([&] { ++drained; });
    CHECK_FALSE(c.viewer->send({"", "", std::string(101, 'x')}));
    c.receive_until(":\n\n:\n\n");
    CHECK(drained == 0);
    CHECK(c.viewer->send({"", "", "x"}));
    c.viewer->close();
    c.receive_until_end();
}

TEST_CASE("a viewer who is gone is noticed before there is something to send") {
    LiveConversation c;
    c.settings.heartbeat = 1h;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n");
    c.hang_up();
    c.rounds_until([&] { return c.ended; });
    CHECK(c.ended);
}

TEST_CASE("a stream that is cut off ends at once, though it waits for events alone") {
    LiveConversation c;
    c.settings.heartbeat = 1h;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n");
    c.server->stop(waymark::daemon::Deadline::after(0ms));
    c.rounds_until([&] { return c.server->open_connections() == 0; });
    c.receive_until_end();
}

TEST_CASE("a silent stream sends heartbeats, and a viewer who is gone is noticed by them") {
    LiveConversation c;
    c.settings.heartbeat = 5ms;
    c.send(kAsk);
    c.receive_until("retry: 3000\n\n:\n\n:\n\n");
    c.hang_up();
    c.rounds_until([&] { return c.ended; });
    CHECK(c.ended);
}
