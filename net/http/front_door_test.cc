#include "net/http/front_door.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "daemon/error.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

struct House {
    EventLoop loop;
    Router router;
    std::shared_ptr<ConnectionGate> gate;
    Server server{loop, router};
    std::string said;
    FrontDoor door;

    static std::vector<Listener> two_addresses() {
        std::vector<Listener> listeners;
        listeners.emplace_back(Address::parse("127.0.0.1:0"));
        listeners.emplace_back(Address::parse("127.0.0.2:0"));
        return listeners;
    }

    explicit House(const GateLimits& limits, Access access = Access::allow)
        : gate(std::make_shared<ConnectionGate>(limits)),
          door(server, two_addresses(), gate, std::make_shared<const AccessList>(access),
               {.on_denied = [this](const Address&) { said += "denied "; },
                .on_refused = [this](const Address&, waymark::net::Refusal) { said += "refused "; },
                .on_exhausted = {}}) {
        router.add("GET", "/", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "", "home");
            return answered();
        });
    }

    Fd client() {
        Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(::connect(socket.get(), door.address().data(), door.address().size()), "connect");
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
    CHECK(house.gate->count() == 1);
}

TEST_CASE("whom the list denies is closed before a word") {
    House house(kRoomForTwo, Access::deny);
    const Fd client = house.client();
    CHECK(house.ask(client).empty());
    CHECK(house.door.counters().denied == 1);
    CHECK(house.said == "denied ");
    CHECK(house.server.counters().connections == 0);
    house.door.use(std::make_shared<const AccessList>(Access::allow));
    const Fd other = house.client();
    CHECK(house.ask(other) == "200");
}

TEST_CASE("one more of a network than allowed is closed, until a place is free") {
    House house(kOneOfANetwork);
    Fd first = house.client();
    CHECK(house.ask(first) == "200");
    const Fd second = house.client();
    CHECK(house.ask(second).empty());
    CHECK(house.door.counters().refused == 1);
    CHECK(house.said == "refused ");
    first.reset();
    for (int rounds = 0; rounds < 10'000 && house.gate->count() > 0; ++rounds)
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
    CHECK(house.door.counters().refused == 0);
}
