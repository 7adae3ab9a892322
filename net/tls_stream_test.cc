#include "net/tls_stream.hh"

#include <doctest/doctest.h>

#include "net/stream_under_test.hh"
#include "net/tls_under_test.hh"

using namespace std::chrono_literals;
using namespace waymark::net;

namespace {

TlsServerContext plain_server() {
    return TlsServerContext({.identity = authority().server()});
}

TlsClientContext believing_client() {
    return TlsClientContext({.authorities = authority().file("authority.pem")});
}

Task<> read_all(Stream& stream, std::string& all, Outcome& outcome) {
    char buffer[10'000];
    outcome = Outcome::done;
    while (outcome == Outcome::done) {
        const Transfer got = co_await stream.read_some(buffer, waymark::daemon::Deadline::never());
        all.append(buffer, got.bytes);
        outcome = got.outcome;
    }
}

Task<> write_and_end(Stream& stream, std::string_view bytes, Transfer& result) {
    result = co_await stream.write_all(bytes, 20s);
    stream.shutdown_write();
}

std::string long_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace

TEST_CASE("both sides agree, and say what on") {
    const TlsServerContext server = plain_server();
    const TlsClientContext client = believing_client();
    SecuredPair pair(server.accept(), client.connect("server.example"));
    pair.shake_hands();
    REQUIRE(pair.server_result.outcome == Outcome::done);
    REQUIRE(pair.client_result.outcome == Outcome::done);
    CHECK(pair.client->session().version() == "TLSv1.3");
    CHECK(pair.client->session().cipher() == "TLS_AES_128_GCM_SHA256");
    CHECK(pair.client->session().protocol() == "");
    CHECK_FALSE(pair.client->session().was_resumed());
    REQUIRE(pair.client->peer() != nullptr);
    CHECK(pair.client->peer()->subject == "CN=server.example");
    CHECK(pair.client->peer()->dns_names == std::vector<std::string>{"server.example"});
    CHECK(pair.client->peer()->addresses == std::vector<std::string>{"127.0.0.1"});
    CHECK(pair.server->peer() == nullptr);
}

TEST_CASE(
    "what one side writes is what the other reads, however much, in both directions at once") {
    const TlsServerContext server = plain_server();
    const TlsClientContext client = believing_client();
    SecuredPair pair(server.accept(), client.connect("127.0.0.1"), make_tcp_pair());
    pair.shake_hands();
    REQUIRE(pair.server_result.outcome == Outcome::done);
    const std::string there = long_text(3'000'000);
    const std::string back = long_text(700'001);
    std::string at_server, at_client;
    Outcome server_end{}, client_end{};
    Transfer from_server, from_client;
    pair.tasks.start(read_all(*pair.server, at_server, server_end));
    pair.tasks.start(read_all(*pair.client, at_client, client_end));
    pair.tasks.start(write_and_end(*pair.client, there, from_client));
    pair.tasks.start(write_and_end(*pair.server, back, from_server));
    pair.finish();
    CHECK(from_client.bytes == there.size());
    CHECK(from_server.bytes == back.size());
    CHECK(at_server == there);
    CHECK(at_client == back);
    CHECK(server_end == Outcome::end);
    CHECK(client_end == Outcome::end);
}

TEST_CASE("an end without close_notify is truncated, and stays so") {
    const TlsServerContext server = plain_server();
    const TlsClientContext client = believing_client();
    SecuredPair pair(server.accept(), client.connect("server.example"));
    pair.shake_hands();
    pair.write(*pair.server, "half of it", pair.server_result);
    pair.server.reset();
    CHECK(pair.read(*pair.client, pair.client_result) == "half of it");
    CHECK(pair.client_result.outcome == Outcome::done);
    for (int i = 0; i < 2; ++i) {
        pair.read(*pair.client, pair.client_result);
        CHECK(pair.client_result.outcome == Outcome::truncated);
    }
    CHECK(pair.client->reason().cause == TlsCause::truncated);
    CHECK(pair.client->reason().words == "the connection ended without close_notify");
}

TEST_CASE("half a handshake and silence ends with the deadline") {
    const TlsServerContext server = plain_server();
    const TlsClientContext client = believing_client();
    SecuredPair pair(server.accept(), client.connect("server.example"));
    pair.tasks.start(SecuredPair::greet(*pair.server, pair.server_result,
                                        waymark::daemon::Deadline::after(20ms)));
    pair.finish();
    CHECK(pair.server_result.outcome == Outcome::timed_out);
}

TEST_CASE("a client whose certificate is of another authority is refused, and the log knows why") {
    const Authority other("Other Authority");
    const TlsServerContext server({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem")});
    const TlsClientContext client(
        {.authorities = authority().file("authority.pem"), .identity = other.client("mallory")});
    SecuredPair pair(server.accept(), client.connect("server.example"));
    pair.shake_hands();
    CHECK(pair.server_result.outcome == Outcome::failed);
    CHECK(pair.server_result.error == EPROTO);
    CHECK(pair.server->reason().cause == TlsCause::other_authority);
    CHECK(pair.server->peer() == nullptr);
    // In TLS 1.3 the client learns it with its first read.
    CHECK(pair.read(*pair.client, pair.client_result) == "");
    CHECK(pair.client_result.outcome == Outcome::failed);
    CHECK(pair.client->reason().cause == TlsCause::refused_by_peer);
}

TEST_CASE("a client with a certificate of the authority is known by its name") {
    const TlsServerContext server({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem")});
    const TlsClientContext client(
        {.authorities = authority().file("authority.pem"), .identity = authority().client("anna")});
    SecuredPair pair(server.accept(), client.connect("server.example"));
    pair.shake_hands();
    REQUIRE(pair.server_result.outcome == Outcome::done);
    REQUIRE(pair.server->peer() != nullptr);
    CHECK(pair.server->peer()->common_name == "anna");
    CHECK(pair.server->peer()->issuer == "CN=Test Authority");
}

TEST_CASE("a plain stream's handshake is done at once") {
    EventLoop loop;
    waymark::daemon::SocketPair pair =
        waymark::daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
    Stream stream(loop, std::move(pair.first));
    using waymark::daemon::Deadline;
    const Deadline passed(loop.now());
    for (const Deadline deadline : {Deadline::never(), passed}) {
        auto handshake = stream.handshake(deadline);
        CHECK(handshake.await_ready());
        CHECK(handshake.await_resume().outcome == Outcome::done);
    }
}
