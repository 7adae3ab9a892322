// Who is believed, and for how long: the certificates of peers.

#include "net/tls_context.hh"

#include <doctest/doctest.h>

#include <ctime>

#include "daemon/error.hh"
#include "net/openssl_owned.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;
using namespace std::chrono_literals;

namespace {

// What a server says to a client that brings a session from before, and the session that it gets.
struct Resumption {
    bool is_done = false;
    bool was_resumed = false;
    std::string failure;
    SSL_SESSION* session = nullptr;
};

Resumption ask(const TlsServerContext& server, const TlsClientContext& client,
               SSL_SESSION* session = nullptr, int most = TLS1_3_VERSION,
               std::time_t verified_at = 0) {
    SessionPair pair(server.accept(), client.connect("server.example"));
    SSL_set_max_proto_version(pair.client->native(), most);
    if (verified_at != 0)
        X509_VERIFY_PARAM_set_time(SSL_get0_param(pair.server->native()), verified_at);
    if (session != nullptr) REQUIRE(SSL_set_session(pair.client->native(), session) == 1);
    Resumption seen;
    seen.is_done = pair.shake_hands();
    seen.failure = pair.server->failure();
    if (!seen.is_done) return seen;
    seen.was_resumed = pair.server->was_resumed();
    ssize_t result = 0;
    SessionPair::read(*pair.server, pair.server_wire, result);  // sends the tickets
    pair.deliver();
    SessionPair::read(*pair.client, pair.client_wire, result);
    pair.client->end(pair.client_wire);
    seen.session = SSL_get1_session(pair.client->native());
    return seen;
}

}  // namespace

TEST_CASE("no ticket outlives the authority of its client") {
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        CAPTURE(version);
        const Authority leaving("Leaving Authority"), staying("Staying Authority");
        const std::string both =
            authority().write("clients.pem", leaving.own().certificate + staying.own().certificate);
        TlsServerContext server({.identity = authority().server(),
                                 .client_authorities = both,
                                 .least = TlsVersion::tls12});
        const TlsClientContext leaver({.authorities = authority().file("authority.pem"),
                                       .identity = leaving.client("anna"),
                                       .least = TlsVersion::tls12});
        const Resumption first = ask(server, leaver, nullptr, version);
        REQUIRE(first.is_done);
        CHECK_FALSE(first.was_resumed);
        // While the authority is trusted the ticket is good: else this test would show nothing.
        const Resumption second = ask(server, leaver, first.session, version);
        REQUIRE(second.is_done);
        CHECK(second.was_resumed);
        authority().write("clients.pem", staying.own().certificate);
        server.reload();
        const Resumption third = ask(server, leaver, second.session, version);
        CHECK_FALSE(third.is_done);
        CHECK(third.failure == "certificate of CN=anna: issued by no authority trusted here");
        for (const Resumption& each : {first, second, third}) SSL_SESSION_free(each.session);
    }
}

TEST_CASE("a session does not outlive its client's certificate") {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    CertificateRequest request = client_of("brief");
    request.not_before = now - 4min;
    request.not_after = now - 3min;
    const TlsServerContext server({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem")});
    const TlsClientContext client({.authorities = authority().file("authority.pem"),
                                   .identity = authority().issue("brief", request)});
    // The first time is before, when the certificate was good.
    const Resumption first = ask(server, client, nullptr, TLS1_3_VERSION,
                                 std::chrono::system_clock::to_time_t(now - 200s));
    REQUIRE(first.is_done);
    const Resumption second = ask(server, client, first.session);
    CHECK_FALSE(second.is_done);
    CHECK(second.failure == "certificate of CN=brief: has expired since its session began");
    SSL_SESSION_free(first.session);
}

TEST_CASE("a client that is only asked may come without a certificate, and not with a bad one") {
    const Authority other("Other Authority");
    const TlsServerContext server({.identity = authority().server(),
                                   .client_authorities = authority().file("authority.pem"),
                                   .client_certificate = ClientCertificate::requested});
    const auto come = [&](const TlsIdentity& identity) {
        SessionPair pair(server.accept(),
                         TlsClientContext({.authorities = authority().file("authority.pem"),
                                           .identity = identity})
                             .connect("server.example"));
        if (!pair.shake_hands()) return pair.server->failure();
        return pair.server->peer() == nullptr ? std::string("nobody")
                                              : pair.server->peer()->subject;
    };
    CHECK(come({}) == "nobody");
    CHECK(come(authority().client("anna")) == "CN=anna");
    CHECK(come(other.client("anna")) ==
          "certificate of CN=anna: issued by no authority trusted here");
}

TEST_CASE("so many authorities may stand between, and no more") {
    const Authority mine("Mine");
    const auto come = [&](int authorities) {
        const TlsIdentity identity = mine.client_below(authorities);
        SessionPair pair(
            TlsServerContext({.identity = mine.server(),
                              .client_authorities = mine.file("authority.pem"),
                              .most_between = 2})
                .accept(),
            TlsClientContext({.authorities = mine.file("authority.pem"), .identity = identity})
                .connect("server.example"));
        pair.shake_hands();
        return pair.server->reason().cause;
    };
    CHECK(come(0) == TlsCause::none);
    CHECK(come(2) == TlsCause::none);
    CHECK(come(3) == TlsCause::chain_too_long);
}

TEST_CASE("a server's name or address is verified, and only names are told to it") {
    const TlsServerContext server({.identity = authority().server()});
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    const auto come = [&](const std::string& name) {
        SessionPair pair(server.accept(), client.connect(name));
        const bool is_done = pair.shake_hands();
        const char* told = SSL_get_servername(pair.server->native(), TLSEXT_NAMETYPE_host_name);
        return (is_done ? std::string("yes ") : pair.client->failure() + " ") +
               (told != nullptr ? told : "-");
    };
    const std::string refusal =
        "certificate of CN=server.example: not of the name or address that "
        "was asked for ";
    CHECK(come("server.example") == "yes server.example");
    CHECK(come("server.example.") == "yes server.example");
    CHECK(come("127.0.0.1") == "yes -");
    CHECK(come("other.example") == refusal + "other.example");
    CHECK(come("example") == refusal + "example");
    CHECK(come("127.0.0.2") == refusal + "-");
    CHECK(come("::1") == refusal + "-");
    for (const std::string name : {"", "a b", ".", "a..b", "*.example", "[::1]", "a/b"})
        CHECK_THROWS_AS(client.connect(name), UsageError);
    CHECK_THROWS_AS(client.connect(std::string("server.example\0.evil", 20)), UsageError);
    // The subject's CN is no name of a server.
    CertificateRequest request = server_of({"other.example"});
    request.common_name = "server.example";
    SessionPair pair(TlsServerContext({.identity = authority().issue("cn", request)}).accept(),
                     client.connect("server.example"));
    CHECK_FALSE(pair.shake_hands());
    CHECK(pair.client->reason().cause == TlsCause::wrong_name);
}

TEST_CASE(
    "a client believes no server of another authority, and none with a client's certificate") {
    const Authority other("Other Authority");
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    SessionPair pair(TlsServerContext({.identity = other.server()}).accept(),
                     client.connect("server.example"));
    CHECK_FALSE(pair.shake_hands());
    CHECK(pair.client->reason().cause == TlsCause::other_authority);
    CertificateRequest request = client_of("server.example");
    request.names = {"server.example"};
    SessionPair second(TlsServerContext({.identity = authority().issue("false", request)}).accept(),
                       client.connect("server.example"));
    CHECK_FALSE(second.shake_hands());
    CHECK(second.client->reason().cause == TlsCause::wrong_purpose);
    // Nor does the system trust our test's authority.
    SessionPair third(TlsServerContext({.identity = authority().server()}).accept(),
                      TlsClientContext().connect("server.example"));
    CHECK_FALSE(third.shake_hands());
    CHECK(third.client->reason().cause == TlsCause::other_authority);
}
