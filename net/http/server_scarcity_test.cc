// What our own system refuses one connection ends that one, and no other.
#include <doctest/doctest.h>

#include "net/http/server_conversation.hh"
#include "net/notice.hh"
#include "net/scarcity_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

struct House : ServerConversation {
    House() {
        router.add("POST", "/at-once", 100'000, [](Exchange& exchange) {
            exchange.answer.answer(200, "", exchange.request.body);
            return answered();
        });
        router.add("POST", "/later", 100'000,
                   [this](Exchange& exchange) { return answer_later(exchange); });
    }

    Task<void> answer_later(Exchange& exchange) {
        co_await loop.yield();
        exchange.answer.answer(200, "", exchange.request.body);
    }

    // False if the server closed before it had answered.
    bool ask(std::string_view path) {
        const std::string body(20'000, 'x');
        connect();
        send("POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" +
             body);
        shutdown_write();
        receive_until_end();
        return statuses() == "200";
    }
};

}  // namespace

TEST_CASE("a connection that epoll has no place for is closed, the others stay") {
    House house;
    REQUIRE(house.ask("/at-once"));
    scarcity::epoll_error = ENOSPC;
    CHECK_NOTHROW(house.connect());
    scarcity::epoll_error = 0;
    CHECK(house.receive_until_end().empty());
    CHECK(house.server->counters().failed_connections == 1);
    CHECK(house.server->open_connections() == 0);
    CHECK(house.ask("/at-once"));
}

TEST_CASE("memory that runs out anywhere in a conversation ends that conversation alone") {
    for (const char* path : {"/at-once", "/later"}) {
        CAPTURE(path);
        bool has_failed = true;
        int failures = 0;
        for (long number = 0; has_failed; ++number) {
            CAPTURE(number);
            House house;
            house.server = std::make_unique<Server>(house.loop, house.router, house.limits);
            SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
            const std::string body(20'000, 'x');
            const std::string request = "POST " + std::string(path) +
                                        " HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" +
                                        body;
            REQUIRE(::send(pair.second.get(), request.data(), request.size(), 0) ==
                    static_cast<ssize_t>(request.size()));
            ::shutdown(pair.second.get(), SHUT_WR);
            scarcity::fail_allocation(number);
            try {
                house.server->serve(std::move(pair.first), Address());
            } catch (const std::bad_alloc&) {
                // Before it began, and the caller hears of it.
            }
            while (house.server->open_connections() > 0) house.round();
            has_failed = scarcity::has_failed;
            scarcity::fail_allocation(-1);
            failures += has_failed ? 1 : 0;
            REQUIRE(house.ask(path));
        }
        CHECK(failures > 5);
    }
}
