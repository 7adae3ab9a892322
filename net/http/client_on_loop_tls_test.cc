// A client on a loop that asks a secured server, on the same loop.

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "net/http/asking_under_test.hh"
#include "net/http/server.hh"
#include "net/silent_under_test.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;

namespace {

// Asks a server that says its address to /peer, and is of server.example.
struct Secured {
    TlsServerContext tls{{.identity = authority().server()}};
    TlsClientContext believing;
    Address address;
    std::unique_ptr<Asking> asking;
    Router router;
    std::unique_ptr<waymark::net::http::Server> server;

    explicit Secured(
        const std::string& name,
        const TlsClientOptions& options = {.authorities = authority().file("authority.pem")})
        : believing(options) {
        Listener listener(Address::parse("127.0.0.1:0"));
        address = listener.address();
        asking = std::make_unique<Asking>(address, ResponseLimits{},
                                          [this, name] { return believing.connect(name); });
        router.add("GET", "/peer", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", exchange.peer.to_string());
            return answered();
        });
        server = std::make_unique<waymark::net::http::Server>(asking->loop, router, ServerLimits{});
        server->accept_on(std::move(listener), [this] { return tls.accept(); });
    }
};

}  // namespace

TEST_CASE("a secured server is asked twice over one connection") {
    Secured secured("server.example");
    const ExchangeResult first = secured.asking->ask({.target = "/peer"});
    REQUIRE(first.status == ExchangeStatus::answered);
    const ExchangeResult second = secured.asking->ask({.target = "/peer"});
    CHECK(second.status == ExchangeStatus::answered);
    CHECK(first.response.body != "");
    CHECK(first.response.body == second.response.body);
}

TEST_CASE("a certificate of another name, or of an authority unknown to us, is no connection") {
    SUBCASE("another name") {
        Secured secured("other.example");
        const ExchangeResult result = secured.asking->ask({.target = "/peer"});
        CHECK(result.status == ExchangeStatus::not_connected);
        CHECK(result.error ==
              "server: certificate of CN=server.example: not of the name or address that was "
              "asked for");
        CHECK_FALSE(secured.asking->client.is_connected());
    }
    SUBCASE("another authority") {
        const Authority other("Other Authority");
        Secured secured("server.example", {.authorities = other.file("authority.pem")});
        const ExchangeResult result = secured.asking->ask({.target = "/peer"});
        CHECK(result.status == ExchangeStatus::not_connected);
        CHECK(result.error ==
              "server: certificate of CN=server.example: issued by no authority trusted here");
    }
}

TEST_CASE("a server that does not speak TLS, or says nothing, is no connection") {
    const TlsClientContext believing({.authorities = authority().file("authority.pem")});
    const auto make_layer = [&] { return believing.connect("server.example"); };
    const waymark::net::Server listener = make_server("127.0.0.1:0");
    Asking asking(listener.address, {}, make_layer);
    asking.begin({}, Deadline::after(100ms));
    const Fd served(waymark::daemon::check(
        ::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    SUBCASE("silence") {
        const ExchangeResult result = asking.finish();
        CHECK(result.status == ExchangeStatus::not_connected);
        CHECK(result.error == "server: does not finish the TLS handshake");
    }
    SUBCASE("plain HTTP") {
        put(served, "HTTP/1.1 400 Bad Request\r\n\r\n");
        ::shutdown(served.get(), SHUT_WR);
        const ExchangeResult result = asking.finish();
        CHECK(result.status == ExchangeStatus::not_connected);
        CHECK(result.error == "server: what came is not TLS (wrong version number)");
    }
}

TEST_CASE("an answer until the end is whole only if the server has signed its end") {
    for (const bool signs : {true, false}) {
        CAPTURE(signs);
        const TlsServerContext tls({.identity = authority().server()});
        const TlsClientContext believing({.authorities = authority().file("authority.pem")});
        const waymark::net::Server listener = make_server("127.0.0.1:0");
        Asking asking(listener.address, {}, [&] { return believing.connect("server.example"); });
        asking.begin({});
        asking.loop.run_once(long_deadline());
        Fd socket(waymark::daemon::check(
            ::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK),
            "accept"));
        auto served = std::make_unique<TlsStream>(asking.loop, std::move(socket), tls.accept());
        Transfer last;
        TaskGroup tasks;
        tasks.start(SecuredPair::greet(*served, last, long_deadline()));
        while (tasks.size() > 0) asking.loop.run_once(long_deadline());
        REQUIRE(last.outcome == Outcome::done);
        tasks.start(SecuredPair::transmit(*served, "HTTP/1.1 200 OK\r\n\r\nhalf?", last));
        while (tasks.size() > 0) asking.loop.run_once(long_deadline());
        if (signs) served->shutdown_write();
        served.reset();
        const ExchangeResult result = asking.finish();
        CHECK(result.status == (signs ? ExchangeStatus::answered : ExchangeStatus::lost));
        CHECK(result.response.body == (signs ? "half?" : ""));
    }
}
