// A server for secured connections, from its door to its handlers: who gets in, who does not, and
// why.

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "net/http/server.hh"
#include "net/http/transcript.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;

namespace {

TlsServerOptions for_known_clients() {
    return {.identity = authority().server(),
            .client_authorities = authority().file("authority.pem")};
}

TlsClientContext client_with(const TlsIdentity& identity) {
    return TlsClientContext(
        {.authorities = authority().file("authority.pem"), .identity = identity});
}

// A server for secured clients on a port of its own, and what its door and its handlers heard.
struct SecuredServer {
    EventLoop loop;
    Router router;
    TlsServerContext tls;
    std::unique_ptr<Server> server;
    Address address;
    std::vector<std::string> seen;  // by handlers
    std::vector<std::string> not_secured;
    std::string last_body;

    explicit SecuredServer(const TlsServerOptions& options, const ServerLimits& limits = {})
        : tls(options) {
        router.add("GET", "/hello", 0, [this](Exchange& exchange) {
            const TlsPeer* const peer = exchange.proven_peer();
            seen.push_back(peer == nullptr ? "somebody" : peer->common_name);
            if (peer != nullptr && peer->common_name == "bert")
                exchange.answer.error(403);
            else
                exchange.answer.answer(200, "text/plain", exchange.is_secured() ? "hi" : "plain");
            return answered();
        });
        router.add("POST", "/body", 1000, [this](Exchange& exchange) {
            seen.push_back("body");
            last_body = exchange.request.body;
            exchange.answer.answer(200, "text/plain", "got it");
            return answered();
        });
        server = std::make_unique<Server>(loop, router, limits);
        server->when_not_served({.on_denied = {},
                                 .on_turned_away = {},
                                 .on_exhausted = {},
                                 .on_not_secured = [this](const Address&, const std::string& why) {
                                     not_secured.push_back(why);
                                 }});
        Listener listener(Address::parse("127.0.0.1:0"));
        address = listener.address();
        server->accept_on(std::move(listener), [this] { return tls.accept(); });
    }

    template <class Condition>
    void rounds_until(Condition condition) {
        for (int rounds = 0; rounds < 20'000 && !condition(); ++rounds)
            loop.run_once(Deadline::after(1ms));
        REQUIRE(condition());
    }
};

// A client on the server's loop.
struct Client {
    SecuredServer& server;
    TlsStream stream;
    Transfer handshake, last;
    std::string received;
    TaskGroup tasks;

    static waymark::daemon::Fd connected(const Address& address) {
        waymark::daemon::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(socket.get(), address.data(), address.size()) == 0);
        waymark::daemon::set_nonblocking(socket, true);
        return socket;
    }

    Client(SecuredServer& of, const TlsClientContext& context)
        : server(of), stream(of.loop, connected(of.address), context.connect("server.example")) {}

    static Task<> converse(Client& c, std::string_view text, bool ends) {
        c.handshake = co_await c.stream.handshake(Deadline::never());
        if (c.handshake.outcome != Outcome::done) co_return;
        c.last = co_await c.stream.write_all(text, 20s);
        if (ends) c.stream.shutdown_write();
        char buffer[4096];
        do {
            c.last = co_await c.stream.read_some(buffer, Deadline::never());
            c.received.append(buffer, c.last.bytes);
        } while (c.last.outcome == Outcome::done);
    }

    // Sends `text` and reads until the server has closed.
    void ask(std::string_view text, bool ends = false) {
        tasks.start(converse(*this, text, ends));
        server.rounds_until([this] { return tasks.size() == 0; });
    }
};

constexpr std::string_view kHello =
    "GET /hello HTTP/1.1\r\nHost: server.example\r\nConnection: close\r\n\r\n";

std::string status_of(const std::string& received) {
    return received.size() > 12 ? received.substr(9, 3) : "";
}

}  // namespace

TEST_CASE("the same server answers plain and secured clients, each on its own port") {
    SecuredServer server({.identity = authority().server()});
    Listener plain(Address::parse("127.0.0.1:0"));
    const Address plain_address = plain.address();
    server.server->accept_on(std::move(plain));
    const TlsClientContext context({.authorities = authority().file("authority.pem")});
    Client client(server, context);
    client.ask(kHello);
    CHECK(status_of(client.received) == "200");
    CHECK(client.received.ends_with("\r\n\r\nhi"));
    CHECK(client.last.outcome == Outcome::end);  // by close_notify
    const waymark::daemon::Fd socket = Client::connected(plain_address);
    CHECK(::send(socket.get(), kHello.data(), kHello.size(), 0) > 0);
    char buffer[1000];
    ssize_t got = -1;
    server.rounds_until(
        [&] { return got > 0 || (got = ::recv(socket.get(), buffer, 1000, 0)) > 0; });
    CHECK(std::string(buffer, static_cast<std::size_t>(got)).ends_with("\r\n\r\nplain"));
}

TEST_CASE("a kept connection answers many requests, and ends with close_notify when it is idle") {
    ServerLimits limits;
    limits.idle = 20ms;
    SecuredServer server({.identity = authority().server()}, limits);
    const TlsClientContext context({.authorities = authority().file("authority.pem")});
    Client client(server, context);
    client.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(server.seen.size() == 2);
    CHECK(client.last.outcome == Outcome::end);
}

TEST_CASE("a client without a good certificate reaches no handler, and the log says why") {
    using std::chrono::days;
    const Authority other("Other Authority");
    const auto dated = [](const std::string& name, days from, days until) {
        CertificateRequest request = client_of("anna");
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        request.not_before = now + from;
        request.not_after = now + until;
        return authority().issue(name, request);
    };
    const Credential revoked = make_certificate(client_of("rosa"), &authority().own());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Revocation revocation[] = {{describe_certificate(revoked.certificate).serial, now - 1h}};
    authority().write("revoked.pem",
                      make_revocation_list(authority().own(), revocation, 1, now - 1h, now + 24h));
    const TlsIdentity too_deep = authority().client_below(6);
    TlsServerOptions options = for_known_clients();
    options.revoked = authority().file("revoked.pem");
    SecuredServer server(options);
    const struct {
        TlsIdentity identity;
        std::string why;
    } rows[] = {
        {{}, "the peer sent no certificate"},
        {other.client("anna"), "certificate of CN=anna: issued by no authority trusted here"},
        {dated("old", -days(10), -days(1)), "certificate of CN=anna: expired on "},
        {dated("young", days(1), days(10)), "certificate of CN=anna: not valid before "},
        {authority().keep("self", make_certificate(client_of("anna"), nullptr)),
         "certificate of CN=anna: signed by itself and not by an authority"},
        {authority().keep("revoked", revoked), "certificate of CN=rosa: revoked by its authority"},
        {authority().server("other.example"),
         "certificate of CN=other.example: made for another purpose (extendedKeyUsage)"},
        {too_deep, "certificate of CN=Authority 2: too many authorities between"},
    };
    for (const auto& [identity, why] : rows) {
        CAPTURE(why);
        server.not_secured.clear();
        {
            Client client(server, client_with(identity));
            client.ask(kHello);
            CHECK(client.received == "");
            CHECK(client.last.outcome == Outcome::failed);
            CHECK(client.stream.reason().cause == TlsCause::refused_by_peer);
        }
        server.rounds_until([&] { return server.not_secured.size() == 1; });
        CHECK(server.not_secured[0].substr(0, why.size()) == why);
    }
    CHECK(server.seen.empty());
    CHECK(server.server->counters().not_secured == 8);
    Client anna(server, client_with(authority().client("anna")));
    anna.ask(kHello);
    CHECK(status_of(anna.received) == "200");
    CHECK(server.seen == std::vector<std::string>{"anna"});
}

TEST_CASE("a client of the right authority is known by its name, and may be refused for it") {
    SecuredServer server(for_known_clients());
    Client bert(server, client_with(authority().client("bert")));
    bert.ask(kHello);
    CHECK(status_of(bert.received) == "403");
    CHECK(server.seen == std::vector<std::string>{"bert"});
}

TEST_CASE("half a handshake holds up nobody") {
    SecuredServer server({.identity = authority().server()});
    const waymark::daemon::Fd silent = Client::connected(server.address);
    const waymark::daemon::Fd half = Client::connected(server.address);
    // The head of a record and the beginning of a ClientHello.
    CHECK(::send(half.get(), "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, 0) == 11);
    server.rounds_until([&] { return server.server->open_connections() == 2; });
    const TlsClientContext context({.authorities = authority().file("authority.pem")});
    Client client(server, context);
    client.ask(kHello);
    CHECK(status_of(client.received) == "200");
    CHECK(server.server->open_connections() >= 2);
}

TEST_CASE("half a handshake and silence ends with the deadline") {
    ServerLimits limits;
    limits.handshake = 20ms;
    SecuredServer server({.identity = authority().server()}, limits);
    const waymark::daemon::Fd silent = Client::connected(server.address);
    const waymark::daemon::Fd half = Client::connected(server.address);
    CHECK(::send(half.get(), "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, 0) == 11);
    server.rounds_until([&] { return server.not_secured.size() == 2; });
    CHECK(server.not_secured == std::vector<std::string>(2, "the handshake took too long"));
    server.rounds_until([&] { return server.server->open_connections() == 0; });
    char byte = 0;
    CHECK(::recv(silent.get(), &byte, 1, 0) == 0);
    CHECK(server.server->counters().not_secured == 2);
}

TEST_CASE("a body that was cut is never taken for a whole one") {
    SecuredServer server({.identity = authority().server()});
    const TlsClientContext context({.authorities = authority().file("authority.pem")});
    {
        Client client(server, context);
        client.tasks.start(Client::converse(
            client,
            "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            false));
        server.rounds_until([&] { return server.server->counters().connections == 1; });
        server.rounds_until(
            [&] { return client.handshake.outcome == Outcome::done && client.last.bytes > 0; });
    }
    server.rounds_until([&] { return server.server->open_connections() == 0; });
    CHECK(server.server->open_connections() == 0);
    CHECK(server.seen.empty());
    Client whole(server, context);
    whole.ask("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
              true);
    CHECK(status_of(whole.received) == "200");
    CHECK(server.last_body == "abc");
}

TEST_CASE("a stop waits for no handshake") {
    SecuredServer server({.identity = authority().server()});
    const waymark::daemon::Fd silent = Client::connected(server.address);
    server.rounds_until([&] { return server.server->open_connections() == 1; });
    bool has_stopped = false;
    server.server->when_stopped([&] { has_stopped = true; });
    server.server->stop(Deadline::never());
    server.rounds_until([&] { return has_stopped; });
    CHECK(has_stopped);
    CHECK(server.not_secured.empty());
}
