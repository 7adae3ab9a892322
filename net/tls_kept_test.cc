// What a secured session keeps for what follows it: tickets for the first answer, a head for its
// file, the last bytes for the end.

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/openssl_owned.hh"
#include "net/stream_under_test.hh"
#include "net/tls_stream.hh"
#include "net/tls_under_test.hh"

using namespace std::chrono_literals;
using namespace waymark::net;

namespace {

SessionPair make_pair(TlsVersion least = TlsVersion::tls13) {
    SessionPair pair(
        TlsServerContext({.identity = authority().server(), .least = least}).accept(),
        TlsClientContext({.authorities = authority().file("authority.pem"), .least = least})
            .connect("server.example"));
    if (least == TlsVersion::tls12)
        SSL_set_max_proto_version(pair.client->native(), TLS1_2_VERSION);
    REQUIRE(pair.shake_hands());
    return pair;
}

ssize_t send(TlsSession& session, MemoryWire& wire, std::string_view text, Follows follows) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    return session.send(wire, std::span(&piece, 1), follows);
}

}  // namespace

TEST_CASE("what more follows is sent with it") {
    SessionPair pair = make_pair();
    pair.client_wire.outgoing.clear();
    CHECK(send(*pair.client, pair.client_wire, "head", Follows::more) == 4);
    CHECK(pair.client_wire.outgoing.empty());
    CHECK_FALSE(pair.client->has_unsent());
    CHECK(send(*pair.client, pair.client_wire, "body", Follows::nothing) == 4);
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "head");
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "body");
}

TEST_CASE("what nothing follows in spite of the word is sent by a flush, or by a read that waits") {
    SessionPair pair = make_pair();
    ssize_t result = 0;
    send(*pair.client, pair.client_wire, "one", Follows::more);
    CHECK(pair.client->flush(pair.client_wire) == 0);
    pair.deliver();
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "one");
    send(*pair.client, pair.client_wire, "two", Follows::more);
    SessionPair::read(*pair.client, pair.client_wire, result);
    CHECK(errno == EAGAIN);
    pair.deliver();
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "two");
}

TEST_CASE("the last bytes are sent with the end") {
    SessionPair pair = make_pair();
    send(*pair.client, pair.client_wire, "all", Follows::end);
    CHECK(pair.client_wire.outgoing.empty());
    pair.client->end(pair.client_wire);
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "all");
    SessionPair::read(*pair.server, pair.server_wire, result);
    CHECK(result == 0);
    CHECK_FALSE(pair.server->was_cut());
}

TEST_CASE("no more is kept than a bound, however often more follows") {
    SessionPair pair = make_pair();
    const std::string part(10'000, 'x');
    const std::uint64_t before = pair.client->sent();
    std::uint64_t taken = 0, most_kept = 0;
    for (int i = 0; i < 100; ++i) {
        taken +=
            static_cast<std::uint64_t>(send(*pair.client, pair.client_wire, part, Follows::more));
        most_kept = std::max(most_kept, taken - std::min(taken, pair.client->sent() - before));
    }
    CHECK(taken == 1'000'000);
    CHECK(most_kept > part.size());
    CHECK(most_kept <= 64 * 1024);
}

TEST_CASE("a ticket goes out with the first answer, or with a read that waits") {
    const auto has_ticket = [](SessionPair& pair) {
        pair.deliver();
        ssize_t result = 0;
        SessionPair::read(*pair.client, pair.client_wire, result);
        return SSL_SESSION_is_resumable(SSL_get0_session(pair.client->native())) == 1;
    };
    SessionPair answered = make_pair();
    CHECK(answered.client_wire.incoming.empty());
    CHECK_FALSE(has_ticket(answered));
    const std::uint64_t before = answered.server->sent();
    SessionPair::write(*answered.server, answered.server_wire, "x");
    CHECK(answered.server->sent() - before > 100);  // the byte is 23 of them
    CHECK(has_ticket(answered));

    SessionPair waiting = make_pair();
    ssize_t result = 0;
    SessionPair::read(*waiting.server, waiting.server_wire, result);
    CHECK(errno == EAGAIN);
    CHECK(has_ticket(waiting));

    // A client of 1.2 waits for what stands behind the ticket.
    SessionPair old = make_pair(TlsVersion::tls12);
    CHECK(old.client->version() == "TLSv1.2");
    CHECK(SSL_SESSION_is_resumable(SSL_get0_session(old.client->native())) == 1);
}

TEST_CASE("a slow peer gets all of a last answer, and then its end") {
    SecuredPair pair(TlsServerContext({.identity = authority().server()}).accept(),
                     TlsClientContext({.authorities = authority().file("authority.pem")})
                         .connect("server.example"),
                     make_tcp_pair());
    pair.shake_hands();
    struct Coroutines {
        static Task<> answer(Stream& stream, std::string_view bytes, Transfer& result) {
            result = co_await stream.write_all(bytes, 20s, Follows::end);
        }
        static Task<> read_all(Stream& stream, std::string& all, Transfer& result) {
            char buffer[5'000];
            do {
                result = co_await stream.read_some(buffer, waymark::daemon::Deadline::never());
                all.append(buffer, result.bytes);
            } while (result.outcome == Outcome::done);
        }
    };
    const std::string large(3'000'000, 'x');
    pair.tasks.start(Coroutines::answer(*pair.server, large, pair.server_result));
    CHECK(pair.tasks.size() == 1);  // it does not fit
    std::string all;
    pair.tasks.start(Coroutines::read_all(*pair.client, all, pair.client_result));
    pair.finish();
    CHECK(pair.server_result.outcome == Outcome::done);
    CHECK(pair.client_result.outcome == Outcome::end);
    CHECK(all == large);
}

TEST_CASE("a file that more shall follow is sent without it") {
    SecuredPair pair(TlsServerContext({.identity = authority().server()}).accept(),
                     TlsClientContext({.authorities = authority().file("authority.pem")})
                         .connect("server.example"),
                     make_tcp_pair());
    pair.shake_hands();
    struct Coroutines {
        static Task<> send(Stream& stream, const waymark::daemon::Fd& file, Transfer& result) {
            result = co_await stream.send_file(file, 0, 4, 20s, Follows::more);
        }
        static Task<> read(Stream& stream, std::string& all, Transfer& result) {
            char buffer[100];
            result = co_await stream.read_some(buffer, waymark::daemon::Deadline::never());
            all.append(buffer, result.bytes);
        }
    };
    const waymark::daemon::Fd file(::memfd_create("file", MFD_CLOEXEC));
    REQUIRE(::pwrite(file.get(), "file", 4, 0) == 4);
    pair.tasks.start(Coroutines::send(*pair.server, file, pair.server_result));
    std::string all;
    pair.tasks.start(Coroutines::read(*pair.client, all, pair.client_result));
    pair.finish();
    CHECK(all == "file");
}
