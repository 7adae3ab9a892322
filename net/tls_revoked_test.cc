// Whose certificate was taken back: the lists of the revoked, and how long they hold.

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>

#include "daemon/error.hh"
#include "net/openssl_owned.hh"
#include "net/pem.hh"
#include "net/tls_context.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;
using namespace std::chrono_literals;

namespace {

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string list_of(const Credential& issuer, const std::vector<std::string>& serials,
                    std::chrono::seconds life = 24h * 60) {
    std::vector<Revocation> revoked;
    for (const std::string& serial : serials) revoked.push_back({serial, now() - 1h});
    return make_revocation_list(issuer, revoked, 1, now() - 48h, now() + life);
}

std::string serial_of(const Credential& credential) {
    return describe_certificate(credential.certificate).serial;
}

// A server with a list, and what it says of the client that comes.
struct Door {
    const Authority authority;
    TlsServerOptions options;

    explicit Door(const std::string& list)
        : options{.identity = authority.server(),
                  .client_authorities = authority.file("authority.pem"),
                  .revoked = authority.write("revoked.pem", list)} {}
    Door() : Door("") { write(list_of(authority.own(), {})); }

    void write(const std::string& list) const { authority.write("revoked.pem", list); }

    std::string come(const TlsServerContext& server, const TlsIdentity& identity,
                     std::time_t at = 0) const {
        SessionPair pair(
            server.accept(),
            TlsClientContext({.authorities = authority.file("authority.pem"), .identity = identity})
                .connect("server.example"));
        if (at != 0) X509_VERIFY_PARAM_set_time(SSL_get0_param(pair.server->native()), at);
        return pair.shake_hands() ? pair.server->peer()->subject : pair.server->failure();
    }
};

std::string refusal_of(const TlsServerOptions& options) {
    try {
        const TlsServerContext context(options);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

TEST_CASE("a list that gets too old while it is in use lets nobody in, and the log says why") {
    const Door door;
    const TlsServerContext server(door.options);
    const TlsIdentity anna = door.authority.client("anna");
    CHECK(door.come(server, anna) == "CN=anna");
    const auto later = std::chrono::system_clock::to_time_t(now() + 24h * 61);
    CHECK(door.come(server, anna, later) ==
          "certificate of CN=anna: its authority's list of the revoked is too old here; get a new "
          "one");
}

TEST_CASE("a list is noted fourteen days before it is too old, and refused afterwards") {
    const Door door;
    TlsServerContext server(door.options);
    CHECK(server.notes().empty());
    door.write(list_of(door.authority.own(), {}, 24h * 13));
    server.reload();
    REQUIRE(server.notes().size() == 1);
    CHECK(server.notes()[0].starts_with(door.options.revoked +
                                        ": the list of the revoked is to be renewed by "));
    door.write(list_of(door.authority.own(), {}, -24h));
    CHECK_THROWS_AS(server.reload(), UsageError);
    CHECK(door.come(server, door.authority.client("anna")) == "CN=anna");
}

TEST_CASE("a list that does not say until when it holds is refused") {
    const Door door;
    Owned<X509_CRL> list(X509_CRL_new());
    const Owned<X509> certificate = certificate_in(door.authority.own().certificate);
    const Owned<ASN1_TIME> before(ASN1_TIME_set(nullptr, std::time(nullptr) - 60));
    REQUIRE(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate.get())) == 1);
    REQUIRE(X509_CRL_set1_lastUpdate(list.get(), before.get()) == 1);
    REQUIRE(X509_CRL_sign(list.get(), private_key_in(door.authority.own().key).get(),
                          EVP_sha256()) > 0);
    door.write(pem_of(list.get()));
    CHECK(refusal_of(door.options) ==
          door.options.revoked +
              ": a list of the revoked does not say until when it holds; get another one");
}

TEST_CASE("a client whose authority has no list is refused") {
    const Door door;
    const Authority other("Other Authority");
    const Credential own = door.authority.own();
    door.authority.write("authority.pem", own.certificate + other.own().certificate);
    const TlsServerContext server(door.options);
    CHECK(door.come(server, door.authority.client("anna")) == "CN=anna");
    CHECK(door.come(server, other.client("otto")) ==
          "certificate of CN=otto: no list of the revoked is here of its authority");
}

TEST_CASE("an authority between that was revoked vouches for nobody; it needs no list itself") {
    const Door door;
    CertificateRequest request = authority_of("Root");
    request.most_below.reset();
    const Credential root = make_certificate(request, nullptr);
    request.common_name = "Between";
    const Credential between = make_certificate(request, &root);
    door.authority.write("authority.pem", door.authority.own().certificate + root.certificate);
    const TlsIdentity deep = door.authority.keep(
        "deep", make_certificate(client_of("deep"), &between), between.certificate);
    const auto seen_with = [&](const std::string& lists) {
        door.write(lists);
        return door.come(TlsServerContext(door.options), deep);
    };
    const std::string own_list = list_of(between, {});
    CHECK(seen_with(own_list) == "CN=deep");
    CHECK(seen_with(own_list + list_of(root, {})) == "CN=deep");
    CHECK(seen_with(own_list + list_of(root, {serial_of(between)})) ==
          "certificate of CN=Between: revoked by its authority");
    CHECK(seen_with(list_of(root, {})) ==
          "certificate of CN=deep: no list of the revoked is here of its authority");
}

TEST_CASE("with a list no session goes on from before, and without one it does") {
    const Door door;
    const TlsClientContext client({.authorities = door.authority.file("authority.pem"),
                                   .identity = door.authority.client("anna"),
                                   .least = TlsVersion::tls12});
    for (const bool has_list : {true, false}) {
        for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
            CAPTURE(has_list);
            CAPTURE(version);
            TlsServerOptions options = door.options;
            options.least = TlsVersion::tls12;
            if (!has_list) options.revoked.clear();
            const TlsServerContext server(options);
            SSL_SESSION* session = nullptr;
            bool was_resumed = false;
            for (int i = 0; i < 2; ++i) {
                SessionPair pair(server.accept(), client.connect("server.example"));
                SSL_set_max_proto_version(pair.client->native(), version);
                if (session != nullptr) SSL_set_session(pair.client->native(), session);
                SSL_SESSION_free(session);
                REQUIRE(pair.shake_hands());
                was_resumed = pair.server->was_resumed();
                ssize_t result = 0;
                SessionPair::read(*pair.server, pair.server_wire, result);  // sends the tickets
                pair.deliver();
                SessionPair::read(*pair.client, pair.client_wire, result);
                pair.client->end(pair.client_wire);
                session = SSL_get1_session(pair.client->native());
            }
            SSL_SESSION_free(session);
            CHECK(was_resumed == !has_list);
        }
    }
}
