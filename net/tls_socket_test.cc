#include "net/tls_socket.hh"

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <future>
#include <thread>

#include "net/streams_under_test.hh"
#include "net/tls_under_test.hh"

using namespace std::chrono_literals;
using namespace waymark::net;
using waymark::daemon::Deadline;

namespace {

struct Ends {
    waymark::daemon::SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    TlsServerContext server_context{{.identity = authority().server()}};
    TlsClientContext client_context{{.authorities = authority().file("authority.pem")}};
    std::unique_ptr<TlsSocket> server;
    std::unique_ptr<TlsSocket> client;

    Ends() {
        server = std::make_unique<TlsSocket>(std::move(pair.first), server_context.accept());
        client = std::make_unique<TlsSocket>(std::move(pair.second),
                                             client_context.connect("server.example"));
    }
    // The client in a thread of its own.
    void shake_hands() const {
        auto theirs =
            std::async(std::launch::async, [this] { return client->handshake(long_deadline()); });
        REQUIRE(server->handshake(long_deadline()) == IoStatus::done);
        REQUIRE(theirs.get() == IoStatus::done);
    }
};

std::string read_text(TlsSocket& socket, std::size_t size) {
    std::string text(size, '\0');
    const IoResult result =
        socket.read_exactly(std::as_writable_bytes(std::span(text)), long_deadline());
    CHECK(result.status == IoStatus::done);
    return text;
}

}  // namespace

TEST_CASE("two threads that wait for one another say all they have to say, and end in order") {
    Ends ends;
    ends.shake_hands();
    const std::string text = pattern(1'000'000);
    std::thread writer([&] {
        CHECK(ends.client->write_all(text, long_deadline()).status == IoStatus::done);
        CHECK(ends.client->shutdown_write(long_deadline()) == IoStatus::done);
    });
    CHECK(read_text(*ends.server, text.size()) == text);
    std::byte more[1];
    CHECK(ends.server->read_some(more, long_deadline()).status == IoStatus::end);
    writer.join();
    CHECK(ends.server->write_all("and back", long_deadline()).status == IoStatus::done);
    CHECK(read_text(*ends.client, 8) == "and back");
}

TEST_CASE("each wait ends with its deadline") {
    Ends ends;
    CHECK(ends.server->handshake(short_deadline()) == IoStatus::timed_out);
    ends.shake_hands();
    std::byte byte[1];
    CHECK(ends.client->read_some(byte, short_deadline()).status == IoStatus::timed_out);
    const std::string more_than_fits(8'000'000, 'x');
    const IoResult put = ends.client->write_all(more_than_fits, short_deadline());
    CHECK(put.status == IoStatus::timed_out);
    CHECK(put.count < more_than_fits.size());
}

TEST_CASE("an end without close_notify is broken, and the reason says truncated") {
    Ends ends;
    ends.shake_hands();
    CHECK(ends.server->write_all("half", long_deadline()).status == IoStatus::done);
    ends.server.reset();
    std::string text(8, '\0');
    const IoResult got =
        ends.client->read_exactly(std::as_writable_bytes(std::span(text)), long_deadline());
    CHECK(got.status == IoStatus::broken);
    CHECK(got.count == 4);
    CHECK(ends.client->reason().cause == TlsCause::truncated);
}

TEST_CASE("to write to a peer that is gone raises no signal") {
    Ends ends;
    ends.shake_hands();
    ends.server.reset();
    const auto old = ::signal(SIGPIPE, SIG_DFL);
    IoResult put = ends.client->write_all("a", long_deadline());
    if (put.status == IoStatus::done) put = ends.client->write_all("b", long_deadline());
    CHECK(put.status == IoStatus::broken);
    ::signal(SIGPIPE, old);
}

TEST_CASE("a server that does not believe its client says why on both sides") {
    Ends ends;
    const Authority other("Other Authority");
    const TlsServerContext strict({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem")});
    const TlsClientContext mallory(
        {.authorities = authority().file("authority.pem"), .identity = other.client("mallory")});
    waymark::daemon::SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    TlsSocket server(std::move(pair.first), strict.accept());
    TlsSocket client(std::move(pair.second), mallory.connect("server.example"));
    std::thread theirs([&] {
        CHECK(client.handshake(long_deadline()) == IoStatus::done);
        CHECK(client.write_all("hello", long_deadline()).status == IoStatus::done);
        std::byte byte[1];
        CHECK(client.read_some(byte, long_deadline()).status == IoStatus::broken);
        client.reset_on_close();
        CHECK(client.reason().cause == TlsCause::refused_by_peer);
        CHECK(client.reason().words == "the peer refused: tlsv1 alert unknown ca");
        const TlsSocket closed(std::move(client));
    });
    CHECK(server.handshake(long_deadline()) == IoStatus::broken);
    theirs.join();
    CHECK(server.reason().words ==
          "certificate of CN=mallory: issued by no authority trusted here");
}

TEST_CASE(
    "files are read again while other threads begin sessions, and each gets the old or the new") {
    TlsServerContext server({.identity = authority().server()});
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    std::thread reloader([&] {
        for (int i = 0; i < 20; ++i) server.reload();
    });
    for (int i = 0; i < 20; ++i) {
        SessionPair pair(server.accept(), client.connect("server.example"));
        CHECK(pair.shake_hands());
    }
    reloader.join();
}
