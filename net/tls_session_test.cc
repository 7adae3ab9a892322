#include "net/tls_session.hh"

#include <doctest/doctest.h>

#include "net/openssl_owned.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;

namespace {

TlsServerOptions server_options(TlsVersion least = TlsVersion::tls13) {
    return {.identity = authority().server(), .least = least};
}

TlsClientOptions client_options(TlsVersion least = TlsVersion::tls13) {
    return {.authorities = authority().file("authority.pem"), .least = least};
}

SessionPair make_pair(const TlsServerOptions& server = server_options(),
                      const TlsClientOptions& client = client_options()) {
    return {TlsServerContext(server).accept(), TlsClientContext(client).connect("server.example")};
}

// As the foreign client that is not ours: what it may do with OpenSSL at its worst.
SSL* native(const std::unique_ptr<TlsSession>& session) {
    return session->native();
}

}  // namespace

TEST_CASE("the contexts may end before their sessions do") {
    SessionPair pair = make_pair();
    CHECK(pair.shake_hands());
}

TEST_CASE("bytes that come one at a time are the same bytes") {
    SessionPair pair = make_pair();
    pair.server_wire.most_at_once = pair.client_wire.most_at_once = 1;
    REQUIRE(pair.shake_hands());
    CHECK(SessionPair::write(*pair.client, pair.client_wire, "hello") == 5);
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "hello");
}

TEST_CASE("records of one byte each are read one after the other") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    for (const char letter : std::string("hello"))
        CHECK(SessionPair::write(*pair.client, pair.client_wire, std::string(1, letter)) == 1);
    pair.deliver();
    std::string all;
    ssize_t result = 1;
    while (result > 0) all += SessionPair::read(*pair.server, pair.server_wire, result);
    CHECK(errno == EAGAIN);
    CHECK(all == "hello");
}

TEST_CASE("to look whether something is there takes nothing of it") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    CHECK_FALSE(pair.server->is_readable(pair.server_wire));
    SessionPair::write(*pair.client, pair.client_wire, "hello");
    // The head of a record is not a byte for the caller.
    pair.server_wire.incoming = pair.client_wire.outgoing.substr(0, 5);
    CHECK_FALSE(pair.server->is_readable(pair.server_wire));
    pair.server_wire.incoming = pair.client_wire.outgoing.substr(5);
    CHECK(pair.server->is_readable(pair.server_wire));
    CHECK(pair.server->is_readable(pair.server_wire));
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "hello");
    CHECK_FALSE(pair.server->is_readable(pair.server_wire));
    pair.server_wire.has_ended = true;
    CHECK(pair.server->is_readable(pair.server_wire));
}

TEST_CASE("pieces go out in records of full size, across their limits, and in bounded parts") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    const std::string head(100, 'h'), body(100'000, 'b');
    const iovec pieces[] = {{const_cast<char*>(head.data()), head.size()},
                            {const_cast<char*>(body.data()), body.size()}};
    pair.client_wire.outgoing.clear();
    const std::uint64_t before = pair.client->sent();
    CHECK(pair.client->send(pair.client_wire, pieces, Follows::nothing) == 65'536);
    // Four records with 22 bytes each of head, type and tag (RFC 8446, section 5.2).
    CHECK(pair.client->sent() - before == 65'536 + 4 * 22);
    CHECK_FALSE(pair.client->has_unsent());
    pair.deliver();
    std::string all;
    for (ssize_t result = 1; result > 0;)
        all += SessionPair::read(*pair.server, pair.server_wire, result);
    CHECK(all == (head + body).substr(0, 65'536));
}

TEST_CASE("what the wire does not take is kept, sent first, and counted") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    pair.client_wire.room = 10;
    CHECK(SessionPair::write(*pair.client, pair.client_wire, "hello") == 5);
    CHECK(pair.client->has_unsent());
    CHECK(SessionPair::write(*pair.client, pair.client_wire, "again") == -1);
    CHECK(errno == EAGAIN);
    CHECK(pair.client->flush(pair.client_wire) == -1);
    pair.client_wire.room = 1000;
    CHECK(SessionPair::write(*pair.client, pair.client_wire, " again") == 6);
    CHECK_FALSE(pair.client->has_unsent());
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "hello");
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == " again");
}

TEST_CASE("an end that the peer has not announced is truncated, in every place") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    SessionPair::write(*pair.client, pair.client_wire, "hello");
    const std::string record = pair.client_wire.outgoing;
    for (const std::size_t cut : {std::size_t(0), std::size_t(3), record.size() - 1}) {
        CAPTURE(cut);
        SessionPair each = make_pair();
        REQUIRE(each.shake_hands());
        SessionPair::write(*each.client, each.client_wire, "hello");
        each.server_wire.incoming += each.client_wire.outgoing.substr(0, cut);
        each.server_wire.has_ended = true;
        ssize_t result = -1;
        SessionPair::read(*each.server, each.server_wire, result);
        CHECK(result == 0);
        CHECK(each.server->was_cut());
        // Nor can anything be written to it.
        CHECK(SessionPair::write(*each.server, each.server_wire, "x") == -1);
        CHECK(errno == EPROTO);
        CHECK(each.server->reason().cause == TlsCause::truncated);
    }
}

TEST_CASE("an announced end is one, and the other direction goes on") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    SessionPair::write(*pair.client, pair.client_wire, "last");
    pair.client->end(pair.client_wire);
    pair.client->end(pair.client_wire);
    pair.deliver();
    pair.server_wire.has_ended = true;
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "last");
    for (int i = 0; i < 2; ++i) {
        SessionPair::read(*pair.server, pair.server_wire, result);
        CHECK(result == 0);
        CHECK_FALSE(pair.server->was_cut());
    }
    CHECK(SessionPair::write(*pair.server, pair.server_wire, "answer") == 6);
    pair.deliver();
    CHECK(SessionPair::read(*pair.client, pair.client_wire, result) == "answer");
}

TEST_CASE("a changed byte is noticed, and ends it") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    SessionPair::write(*pair.client, pair.client_wire, "pay 10 to anna");
    pair.client_wire.outgoing[8] = static_cast<char>(pair.client_wire.outgoing[8] ^ 1);
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "");
    CHECK(result == -1);
    CHECK(errno == EPROTO);
    CHECK(pair.server->reason().cause == TlsCause::broken_protocol);
    CHECK(pair.server->failure() == "decryption failed or bad record mac");
    // The other one is told.
    pair.deliver();
    SessionPair::read(*pair.client, pair.client_wire, result);
    const std::string told = pair.client->failure();
    CHECK(told.starts_with("the peer refused: "));  // "sslv3 alert", and "ssl/tls alert" later
    CHECK(told.ends_with(" alert bad record mac"));
}

TEST_CASE("a wire that breaks is told with the system's reason") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    pair.server_wire.error = ECONNRESET;
    pair.server_wire.incoming.clear();
    ssize_t result = 0;
    SessionPair::read(*pair.server, pair.server_wire, result);
    CHECK(result == -1);
    CHECK(errno == ECONNRESET);
    CHECK(pair.server->reason().cause == TlsCause::connection_lost);
    CHECK(pair.server->failure() == "Connection reset by peer");
}

TEST_CASE("a handshake takes no more than its bound") {
    SessionPair pair = make_pair();
    // A ClientHello that says it has 131,056 bytes, which OpenSSL would wait for.
    const std::string head("\x16\x03\x01\x40\x00", 5);
    std::string flood = head + std::string("\x01\x01\xff\xf0", 4) + std::string(16'380, '\0');
    for (int i = 0; i < 20; ++i) flood += head + std::string(16'384, '\0');
    pair.server_wire.incoming = flood;
    int calls = 0;
    while (pair.server->shake_hands(pair.server_wire) == -1 && errno == EAGAIN && ++calls < 100) {
    }
    CHECK(errno == EPROTO);
    CHECK(pair.server->reason().cause == TlsCause::too_much);
    CHECK(pair.server->failure() == "more than 131072 bytes in a handshake");
    CHECK(flood.size() - pair.server_wire.incoming.size() < TlsSession::kMostInHandshake + 20'000);
}

TEST_CASE("who asks for new keys again and again, without a byte of data, is cut off") {
    SessionPair pair = make_pair();
    REQUIRE(pair.shake_hands());
    ssize_t result = 0;
    SessionPair::read(*pair.client, pair.client_wire, result);  // the tickets
    const auto ask_for_keys = [&](int times) {
        for (int i = 0; i < times; ++i) {
            REQUIRE(SSL_key_update(native(pair.client), SSL_KEY_UPDATE_REQUESTED) == 1);
            SSL_do_handshake(native(pair.client));
            pair.client->flush(pair.client_wire);
            pair.deliver();
            SessionPair::read(*pair.server, pair.server_wire, result);
        }
    };
    ask_for_keys(3);
    CHECK(result == -1);
    CHECK(errno == EAGAIN);
    CHECK(pair.server->failure() == "");
    // Data in between makes it an ordinary conversation again.
    SessionPair::write(*pair.client, pair.client_wire, "data");
    pair.deliver();
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "data");
    ask_for_keys(TlsSession::kMostWithoutData / 2 - 1);
    CHECK(pair.server->failure() == "");
    ask_for_keys(TlsSession::kMostWithoutData);
    CHECK(result == -1);
    CHECK(errno == EPROTO);
    CHECK(pair.server->failure() == "more than 64 reads in a row without data");
}
