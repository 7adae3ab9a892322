// Memory that runs out in the middle of a handshake or of a conversation costs that connection, and
// is told: nothing is sent twice, left out or leaked.

#include <doctest/doctest.h>

#include "net/memory_under_test.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using scarcity::at_each_allocation;
using scarcity::Shortage;

TEST_CASE("a handshake without memory fails or goes on, and says which") {
    const TlsServerContext server({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem")});
    const TlsClientContext client(
        {.authorities = authority().file("authority.pem"), .identity = authority().client("anna")});
    int went_on = 0;
    const int failures = at_each_allocation([&](Shortage& shortage) {
        SessionPair pair(server.accept(), client.connect("server.example"));
        for (int turns = 0; turns < 20; ++turns) {
            pair.client->shake_hands(pair.client_wire);
            pair.deliver();
            int result = 0;
            pair.server_wire.outgoing.reserve(200'000);  // the wire is not what is tested
            const bool was_whole =
                shortage.during([&] { result = pair.server->shake_hands(pair.server_wire); });
            REQUIRE(was_whole);
            if (result == -1 && pair.server->reason()) {
                CHECK(pair.server->reason().cause == TlsCause::no_memory);
                CHECK_FALSE(pair.server->is_established());
                return;
            }
            pair.deliver();
            if (pair.server->is_established() && pair.client->is_established()) break;
        }
        // Whoever has memory again finishes.
        REQUIRE(pair.shake_hands());
        REQUIRE(pair.server->peer() != nullptr);
        CHECK(pair.server->peer()->common_name == "anna");
        SessionPair::write(*pair.client, pair.client_wire, "hello");
        pair.deliver();
        ssize_t result = 0;
        CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "hello");
        ++went_on;
    });
    CHECK(failures > 3);
    CHECK(went_on > 0);
}

TEST_CASE("a write without memory is a failure, and the peer never gets half of it as a whole") {
    const TlsServerContext server({.identity = authority().server()});
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    const int failures = at_each_allocation([&](Shortage& shortage) {
        SessionPair pair(server.accept(), client.connect("server.example"));
        REQUIRE(pair.shake_hands());
        const std::string text(40'000, 'x');
        ssize_t put = 0;
        pair.client_wire.outgoing.reserve(200'000);
        const bool was_whole = shortage.during(
            [&] { put = SessionPair::write(*pair.client, pair.client_wire, text); });
        REQUIRE(was_whole);
        pair.deliver();
        pair.server_wire.has_ended = true;
        std::string all;
        for (ssize_t result = 1; result > 0;)
            all += SessionPair::read(*pair.server, pair.server_wire, result);
        CHECK(pair.server->was_cut());
        if (put == -1)
            CHECK(pair.client->reason().cause == TlsCause::no_memory);
        else
            CHECK(all == text);
    });
    CHECK(failures > 1);
}

TEST_CASE("a session that there is no memory for is thrown, and nothing stays") {
    const TlsServerContext server({.identity = authority().server()});
    server.accept();
    const std::size_t before = scarcity::bytes_in_use;
    const int failures = at_each_allocation([&](Shortage& shortage) {
        std::unique_ptr<TlsSession> session;
        const bool was_whole = shortage.during([&] { session = server.accept(); });
        CHECK(was_whole == (session != nullptr));
    });
    CHECK(failures > 0);
    CHECK(scarcity::bytes_in_use == before);
}
