// Whom net/http/server lets in: its addresses, its access list and its gate.

#include "net/http/server.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "net/socket_options.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

struct House {
    EventLoop loop;
    Router router;
    std::string said;
    Server server;
    Address address;

    explicit House(const GateLimits& limits, Access access = Access::allow)
        : server(loop, router, {.gate = limits}) {
        server.set_access(AccessList(access));
        server.when_not_served(
            {.on_denied = [this](const Address&) { said += "denied "; },
             .on_turned_away = [this](const Address&, ReachedLimit) { said += "turned away "; },
             .on_exhausted = {}});
        router.add("GET", "/", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "", "home");
            return answered();
        });
        Listener listener(Address::parse("127.0.0.1:0"));
        address = listener.address();
        server.accept_on(std::move(listener));
    }

    Fd client() {
        Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(::connect(socket.get(), address.data(), address.size()), "connect");
        set_nonblocking(socket, true);
        return socket;
    }

    // What the client gets for a request: an answer, or "" when the door was shut in its face.
    std::string ask(const Fd& client) {
        const std::string_view request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        ::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
        char buffer[1000];
        for (int rounds = 0; rounds < 10'000; ++rounds) {
            loop.run_once(Deadline::after(1ms));
            const ssize_t got = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (got > 0) return std::string(buffer, static_cast<std::size_t>(got)).substr(9, 3);
            if (got == 0 || errno != EAGAIN) return "";
        }
        return "nothing";
    }
};

constexpr GateLimits kRoomForTwo{.soft = 2, .hard = 2, .per_network = 2, .early_drop = {}};
constexpr GateLimits kOneOfANetwork{.soft = 9, .hard = 9, .per_network = 1, .early_drop = {}};

}  // namespace

TEST_CASE("who may come in is served") {
    House house(kRoomForTwo);
    const Fd client = house.client();
    CHECK(house.ask(client) == "200");
    CHECK(house.server.places_taken() == 1);
}

TEST_CASE("whom the list denies is closed before a word") {
    House house(kRoomForTwo, Access::deny);
    const Fd client = house.client();
    CHECK(house.ask(client).empty());
    CHECK(house.server.counters().denied == 1);
    CHECK(house.said == "denied ");
    CHECK(house.server.counters().connections == 0);
    house.server.set_access(AccessList(Access::allow));
    const Fd other = house.client();
    CHECK(house.ask(other) == "200");
}

TEST_CASE("one more of a network than allowed is closed, until a place is free") {
    House house(kOneOfANetwork);
    Fd first = house.client();
    CHECK(house.ask(first) == "200");
    const Fd second = house.client();
    CHECK(house.ask(second).empty());
    CHECK(house.server.counters().turned_away == 1);
    CHECK(house.said == "turned away ");
    first.reset();
    for (int rounds = 0; rounds < 10'000 && house.server.places_taken() > 0; ++rounds)
        house.loop.run_once(Deadline::after(1ms));
    const Fd third = house.client();
    CHECK(house.ask(third) == "200");
}

TEST_CASE("when all places are taken the next client waits, and comes in when one is free") {
    House house(kRoomForTwo);
    Fd first = house.client();
    const Fd second = house.client();
    CHECK(house.ask(first) == "200");
    CHECK(house.ask(second) == "200");
    const Fd third = house.client();
    for (int rounds = 0; rounds < 5; ++rounds) house.loop.run_once(Deadline::after(1ms));
    CHECK(house.server.counters().connections == 2);
    first.reset();
    CHECK(house.ask(third) == "200");
    CHECK(house.server.counters().turned_away == 0);
}

TEST_CASE("the gate counts the clients of all addresses together") {
    House house(kOneOfANetwork);
    const Fd first = house.client();
    CHECK(house.ask(first) == "200");
    Listener listener(Address::parse("127.0.0.2:0"));
    house.address = listener.address();
    house.server.accept_on(std::move(listener));
    const Fd second = house.client();  // from 127.0.0.1, too
    CHECK(house.ask(second).empty());
    CHECK(house.server.counters().turned_away == 1);
}

TEST_CASE("limits that are raised let those in who wait") {
    House house(kRoomForTwo);
    const Fd first = house.client();
    const Fd second = house.client();
    CHECK(house.ask(first) == "200");
    CHECK(house.ask(second) == "200");
    const Fd third = house.client();
    house.server.set_limits({.gate = {.soft = 3, .hard = 3, .per_network = 3, .early_drop = {}}});
    CHECK(house.ask(third) == "200");
}

TEST_CASE("limits that contradict each other are refused, and the old ones stay") {
    House house(kRoomForTwo);
    ServerLimits wrong{.gate = {.soft = 3, .hard = 2, .per_network = 2, .early_drop = {}}};
    wrong.requests = 7;
    CHECK_THROWS_AS(house.server.set_limits(wrong), UsageError);
    CHECK(house.server.limits().gate.soft == 2);
    CHECK(house.server.limits().requests == 1000);
}

TEST_CASE("limits that leave nothing are refused") {
    House house(kRoomForTwo);
    const ServerLimits right = house.server.limits();
    std::vector<ServerLimits> wrong(7, right);
    wrong[0].body_bytes_per_second = 0;
    wrong[1].requests = 0;
    wrong[2].head = 0ms;
    wrong[3].body = -1ms;
    wrong[4].body_grace = -1ms;
    wrong[5].send = 0ms;
    wrong[6].idle = 0ms;
    for (const ServerLimits& limits : wrong) {
        CHECK_THROWS_AS(house.server.set_limits(limits), UsageError);
        CHECK_THROWS_AS(Server(house.loop, house.router, limits), UsageError);
    }
    CHECK_NOTHROW(house.server.set_limits(right));
}

TEST_CASE("the longest limits are none") {
    House house(kRoomForTwo);
    ServerLimits limits = house.server.limits();
    for (std::chrono::milliseconds* each :
         {&limits.head, &limits.body, &limits.body_grace, &limits.send, &limits.idle})
        *each = std::chrono::milliseconds::max();
    house.server.set_limits(limits);
    house.router.add("POST", "/", 10, [](Exchange& exchange) {
        exchange.answer.answer(200, "", exchange.request.body);
        return answered();
    });
    const Fd client = house.client();
    const std::string_view part = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na";
    ::send(client.get(), part.data(), part.size(), MSG_NOSIGNAL);
    while (house.server.counters().connections == 0) house.loop.run_once(Deadline::after(1ms));
    for (int rounds = 0; rounds < 5; ++rounds) house.loop.run_once(Deadline::after(1ms));
    ::send(client.get(), "b", 1, MSG_NOSIGNAL);
    CHECK(house.ask(client) == "200");
    CHECK(house.server.counters().failed_connections == 0);
}

TEST_CASE("a handler may stop the server, which accepts nobody from then on") {
    House house(kRoomForTwo);
    house.router.add("GET", "/stop", 0, [&house](Exchange& exchange) {
        house.server.stop(Deadline::after(1s));
        exchange.answer.answer(200, "", "bye");
        return answered();
    });
    const Fd client = house.client();
    const std::string_view request = "GET /stop HTTP/1.1\r\nHost: h\r\n\r\n";
    ::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    CHECK(house.ask(client) == "200");
    for (int rounds = 0; rounds < 10'000 && house.server.open_connections() > 0; ++rounds)
        house.loop.run_once(Deadline::after(1ms));
    house.loop.run_once(Deadline::after(1ms));
    const Fd late(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    CHECK(::connect(late.get(), house.address.data(), house.address.size()) == -1);
    CHECK(errno == ECONNREFUSED);
    CHECK(house.server.counters().connections == 1);
}

namespace {

// TCP_NODELAY and TCP_USER_TIMEOUT of the server's end of this client's connection.
std::pair<bool, unsigned> options_of_server_end(const Fd& client) {
    const Address address = local_address(client);
    for (int fd = 3; fd < 200; ++fd) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == -1 ||
            !(Address(reinterpret_cast<const sockaddr*>(&peer), size) == address))
            continue;
        int no_delay = 0;
        unsigned limit = 0;
        size = sizeof no_delay;
        REQUIRE(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size) == 0);
        REQUIRE(::getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, &size) == 0);
        return {no_delay != 0, limit};
    }
    FAIL("no such connection");
    return {};
}

}  // namespace

TEST_CASE("what is due is sent at once and not kept for ever, also of who waited at the door") {
    House house({});
    Listener listener(Address::parse("127.0.0.1:0"));
    house.address = listener.address();
    Listener other(Address::parse("127.0.0.1:0"));
    const Fd early = house.client();  // before the server has the listener
    house.server.accept_on(std::move(listener));
    CHECK(house.ask(early) == "200");
    CHECK(options_of_server_end(early) == std::pair(true, 10'000U));
    const Fd next = house.client();
    CHECK(house.ask(next) == "200");
    CHECK(options_of_server_end(next) == std::pair(true, 10'000U));
    ServerLimits limits = house.server.limits();
    limits.send = 7s;
    house.server.set_limits(limits);
    const Fd later = house.client();
    CHECK(house.ask(later) == "200");
    CHECK(options_of_server_end(later) == std::pair(true, 7'000U));
    // Without a server there is neither.
    house.address = other.address();
    const Fd stranger = house.client();
    const AcceptResult accepted = other.accept_one();
    CHECK(options_of_server_end(stranger) == std::pair(false, 0U));
}
