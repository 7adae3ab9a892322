// Who speaks plain HTTP to a port that is for secured connections: what he hears, and what the log.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/server.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;

namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 400 No\r\n\r\n";

struct Heard {
    std::string received;
    std::vector<std::string> not_secured;
    int handled = 0;
};

// What comes of a client that says this, to a server with this answer.
Heard hear(const std::string& answer, std::string_view said) {
    const Authority authority;
    EventLoop loop;
    Router router;
    Heard heard;
    router.add("*", "/*", 0, [&heard](Exchange& exchange) {
        ++heard.handled;
        exchange.answer.answer(200, "text/plain", "hello");
        return answered();
    });
    const TlsServerContext tls({.identity = authority.server(), .answer_to_http = answer});
    Server server(loop, router);
    server.when_not_served({.on_denied = {},
                            .on_turned_away = {},
                            .on_exhausted = {},
                            .on_not_secured = [&heard](const Address&, const std::string& why) {
                                heard.not_secured.push_back(why);
                            }});
    Listener listener(Address::parse("127.0.0.1:0"));
    const Address address = listener.address();
    server.accept_on(std::move(listener), [&tls] { return tls.accept(); });
    const auto rounds_until = [&loop](const auto& condition) {
        for (int rounds = 0; rounds < 20'000 && !condition(); ++rounds)
            loop.run_once(Deadline::after(1ms));
        REQUIRE(condition());
    };
    Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.get(), address.data(), address.size()) == 0);
    waymark::daemon::set_nonblocking(client, true);
    CHECK(::send(client.get(), said.data(), said.size(), 0) > 0);
    rounds_until([&] {
        char buffer[1000];
        const ssize_t got = ::recv(client.get(), buffer, sizeof buffer, 0);
        if (got > 0) heard.received.append(buffer, static_cast<std::size_t>(got));
        return got == 0;  // an end, and no reset, which could cost the client what it has
    });
    client.reset();
    rounds_until([&] { return !heard.not_secured.empty(); });
    CHECK(heard.handled == 0);
    return heard;
}

}  // namespace

TEST_CASE("whoever speaks plain to a secured port is told so in the log") {
    CHECK(hear("", "GET / HTTP/1.1\r\nHost: h\r\n\r\n").not_secured ==
          std::vector<std::string>{"what came is not TLS (http request)"});
}

TEST_CASE("whoever speaks HTTP to a secured port hears what it is, if there is something to say") {
    const std::string answer(kAnswer);
    CHECK(hear(answer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n").received == kAnswer);
    CHECK(hear(answer, "POST / HTTP/1.1\r\n\r\n" + std::string(8000, 'x')).received == kAnswer);
    CHECK(hear("", "GET / HTTP/1.1\r\nHost: h\r\n\r\n").received.empty());
    CHECK(hear(answer, "EHLO example\r\n").received.find("HTTP") == std::string::npos);
}
