// How a server ends: stop(), its deadline, and who is told.

#include "net/http/server.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>
#include <string>

#include "daemon/error.hh"
#include "daemon/thread_pool.hh"
#include "net/http/server_conversation.hh"
#include "net/notice.hh"
#include "net/pool_call.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kWait = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";

struct Conversation : ServerConversation {
    Notice released{loop};
    int waiting = 0;
    int stopped = 0;

    // Counts while it lives.
    struct Guest {
        explicit Guest(int& count) : count_(count) { ++count_; }
        Guest(const Guest&) = delete;
        Guest& operator=(const Guest&) = delete;
        ~Guest() { --count_; }
        int& count_;
    };

    Conversation() {
        router.add("GET", "/hello", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", "hello\n");
            return answered();
        });
        router.add("GET", "/wait", 0, [this](Exchange& exchange) { return wait(exchange); });
        router.add("GET", "/part", 0, [this](Exchange& exchange) { return part(exchange); });
    }

    Task<void> wait(Exchange& exchange) {
        const Guest guest(waiting);
        co_await released.wait();
        exchange.answer.answer(200, "", "at last");
    }
    // Answers for ever, and nobody says the rest.
    Task<void> part(Exchange& exchange) {
        const Guest guest(waiting);
        exchange.answer.begin(200);
        exchange.answer.end_until_close("text/plain");
        exchange.append("the first half");
        co_await exchange.flush(10s);
        co_await released.wait();
    }

    void stop(Deadline deadline) {
        server->when_stopped([this] { ++stopped; });
        server->stop(deadline);
    }
};

}  // namespace

TEST_CASE("a stop closes the idle, lets the busy finish, and is done with the last") {
    Conversation c;
    c.send(kHello);
    c.receive_until("hello\n");
    Fd idle = std::move(c.peer);
    c.send(kWait);
    c.rounds_until([&] { return c.waiting == 1; });
    c.stop(Deadline::never());
    c.rounds_until([&] { return c.server->open_connections() == 1; });
    CHECK(c.stopped == 0);
    c.released.tell_all();
    CHECK(c.receive_until_end().ends_with("at last"));
    CHECK(c.received.find("Connection: close\r\n") != std::string::npos);
    c.rounds_until([&] { return c.stopped > 0; });
}

TEST_CASE("at the deadline of a stop whoever is still there is cut off") {
    Conversation c;
    c.send("GET /hello HT");
    c.round();
    c.connect();
    c.stop(Deadline::after(5ms));
    c.rounds_until([&] { return c.stopped > 0; });
    CHECK(c.server->open_connections() == 0);
}

TEST_CASE("a handler that waits for something else than its peer is destroyed at the deadline") {
    Conversation c;
    c.send(kWait);
    c.rounds_until([&] { return c.waiting == 1; });
    c.stop(Deadline::after(5ms));
    c.rounds_until([&] { return c.stopped > 0; });
    CHECK(c.waiting == 0);
    CHECK(c.released.waiting() == 0);
    CHECK(c.server->open_connections() == 0);
    CHECK(c.receive_until_end().empty());
}

TEST_CASE("a call to a pool goes on when its handler is destroyed at the deadline") {
    Conversation c;
    std::promise<void> begun;
    std::promise<void> release;
    std::future<void> released = release.get_future();
    ThreadPool pool(1, 1);
    bool has_gone_on = false;
    c.router.add("GET", "/pool", 0, [&](Exchange& exchange) -> Completion {
        return [](Exchange& into, ThreadPool& threads, std::promise<void>& told,
                  std::future<void>& wait, bool& gone_on) -> Task<void> {
            auto work = [&told, &wait] {
                told.set_value();
                wait.get();
                return 7;
            };
            PoolCall call(into.loop(), threads, work);
            const std::optional<int> number = co_await call;
            gone_on = number.has_value();
        }(exchange, pool, begun, released, has_gone_on);
    });
    c.send("GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
    std::future<void> has_begun = begun.get_future();
    c.rounds_until([&] { return has_begun.wait_for(0s) == std::future_status::ready; });
    c.stop(Deadline::after(0ms));
    c.rounds_until([&] { return c.stopped > 0; });
    release.set_value();
    pool.stop(ThreadPool::AtStop::drain);
    c.round();
    CHECK_FALSE(has_gone_on);
}

TEST_CASE("an answer that is cut off in the middle ends with a reset") {
    Conversation c;
    c.server = std::make_unique<Server>(c.loop, c.router, c.limits);
    Listener listener(Address::parse("127.0.0.1:0"));
    c.peer = Fd(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const Address address = listener.address();
    check(::connect(c.peer.get(), address.data(), address.size()), "connect");
    set_nonblocking(c.peer, true);
    c.server->accept_on(std::move(listener));
    c.send("GET /part HTTP/1.1\r\nHost: h\r\n\r\n");
    c.receive_until("the first half");
    c.stop(Deadline::after(0ms));
    c.rounds_until([&] { return c.stopped > 0; });
    CHECK(c.waiting == 0);
    set_nonblocking(c.peer, false);
    char byte = 0;
    CHECK(::recv(c.peer.get(), &byte, 1, 0) == -1);
    CHECK(errno == ECONNRESET);
}

TEST_CASE("the end of the last connection is told once, also to who asks later") {
    Conversation c;
    c.connect();
    c.hang_up();
    c.rounds_until([&] { return c.server->open_connections() == 0; });
    c.stop(Deadline::after(1s));
    c.server->stop(Deadline::after(0ms));
    for (int i = 0; i < 3; ++i) c.round();
    CHECK(c.stopped == 1);
    int later = 0;
    c.server->when_stopped([&] { ++later; });
    CHECK(later == 1);
    CHECK(c.stopped == 1);
}

TEST_CASE("an address that comes after the stop is closed") {
    Conversation c;
    c.connect();
    c.stop(Deadline::after(0ms));
    c.rounds_until([&] { return c.stopped > 0; });
    Listener listener(Address::parse("127.0.0.1:0"));
    const Address address = listener.address();
    c.server->accept_on(std::move(listener));
    const Fd late(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    CHECK(::connect(late.get(), address.data(), address.size()) == -1);
    CHECK(errno == ECONNREFUSED);
}
