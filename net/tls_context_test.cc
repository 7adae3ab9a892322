#include "net/tls_context.hh"

#include <doctest/doctest.h>

#include <filesystem>

#include "daemon/error.hh"
#include "net/openssl_owned.hh"
#include "net/tls_under_test.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;
using namespace std::chrono_literals;

namespace {

std::string refusal_of(const TlsServerOptions& options) {
    try {
        const TlsServerContext context(options);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

CertificateRequest dated(std::chrono::hours from, std::chrono::hours until) {
    CertificateRequest request = server_of({"server.example"});
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    request.not_before = now + from;
    request.not_after = now + until;
    return request;
}

}  // namespace

TEST_CASE("what is wrong with a file is said with its name and the cure") {
    const TlsIdentity good = authority().server();
    const TlsIdentity other = authority().server("other.example");
    const auto file = [](const std::string& name) { return authority().file(name); };
    const std::string garbage = authority().write("garbage.pem", "no certificate\n");
    const std::string damaged = authority().write(
        "damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    CHECK(refusal_of({.identity = {file("none.pem"), good.key_file}}) ==
          file("none.pem") + ": No such file or directory");
    CHECK(refusal_of({.identity = {garbage, good.key_file}}) ==
          garbage + ": has no certificate in it; it must be PEM, \"-----BEGIN CERTIFICATE-----\"");
    CHECK(
        refusal_of({.identity = {damaged, good.key_file}}).starts_with(damaged + ": is damaged: "));
    CHECK(refusal_of({.identity = {good.chain_file, garbage}}) ==
          garbage + ": has no private key in it; it must be PEM, \"-----BEGIN PRIVATE KEY-----\"");
    CHECK(refusal_of({.identity = {good.chain_file, other.key_file}}) ==
          other.key_file + ": is not the key of the first certificate in " + good.chain_file);
    CHECK(
        refusal_of({.identity = {authority().file(""), good.key_file}}).ends_with("is not a file"));
    const std::string large = authority().write("large.pem", std::string(1'048'577, 'x'));
    CHECK(refusal_of({.identity = {large, good.key_file}}) ==
          large + ": is larger than 1 MiB; is it the right file?");
    std::filesystem::permissions(other.key_file, std::filesystem::perms(0644));
    CHECK(refusal_of({.identity = other}) ==
          other.key_file + ": everybody may use this key; chmod 600 " + other.key_file);
    std::filesystem::permissions(other.key_file, std::filesystem::perms(0640));
    CHECK(refusal_of({.identity = other}) == "taken");
    CHECK(refusal_of({.identity = good, .client_authorities = good.chain_file}) ==
          good.chain_file +
              ": CN=server.example is no authority's certificate; name the file of "
              "who has issued it");
    CHECK(refusal_of({.identity = good, .revoked = garbage}) ==
          "a list of the revoked needs the file of the clients' authorities");
    CHECK(refusal_of(
              {.identity = good, .client_authorities = file("authority.pem"), .revoked = garbage})
              .starts_with(garbage + ": has no list of the revoked in it"));
    CHECK(refusal_of({.identity = good, .protocols = {""}}) ==
          "a protocol's name has 1 to 255 bytes, not 0");
    CHECK(refusal_of({.identity = good}) == "taken");
}

TEST_CASE("an encrypted key is refused, and nobody is asked for the password") {
    const std::string key = authority().write(
        "locked.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    CHECK(refusal_of({.identity = {authority().server().chain_file, key}}) ==
          key +
              ": the key is encrypted, and nobody is here to type the password; decrypt it with "
              "'openssl pkey'");
}

TEST_CASE("a chain must be in its order") {
    CertificateRequest request = authority_of("Between");
    const Credential between = make_certificate(request, &authority().own());
    const Credential server = make_certificate(server_of({"server.example"}), &between);
    CHECK(refusal_of({.identity = authority().keep("good", server, between.certificate)}) ==
          "taken");
    const TlsIdentity odd = authority().keep("odd", server, authority().own().certificate);
    CHECK(refusal_of({.identity = odd}) ==
          odd.chain_file +
              ": certificate 2 has not issued certificate 1; the order is: one's own, "
              "its issuer, the issuer's issuer");
}

TEST_CASE("an expired certificate is noted at the start, and refused at a reload") {
    const TlsIdentity identity = authority().issue("dated", dated(-48h, -24h));
    TlsServerContext server({.identity = identity});
    REQUIRE(server.notes().size() == 1);
    CHECK(server.notes()[0].starts_with(identity.chain_file + ": expired on "));
    authority().issue("dated", dated(-48h, 24h));
    server.reload();
    REQUIRE(server.notes().size() == 1);
    CHECK(server.notes()[0].starts_with(identity.chain_file + ": expires on "));
    authority().issue("dated", dated(-48h, 24h * 60));
    server.reload();
    CHECK(server.notes().empty());
    authority().issue("dated", dated(-48h, -1h));
    CHECK_THROWS_AS(server.reload(), UsageError);
    CHECK(server.notes().empty());
}

TEST_CASE("a reload whose key does not fit changes nothing; the next good one does") {
    const TlsIdentity identity = authority().issue("changing", server_of({"server.example"}));
    TlsServerContext server({.identity = identity});
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    const auto serial = [&] {
        SessionPair pair(server.accept(), client.connect("server.example"));
        REQUIRE(pair.shake_hands());
        return pair.client->peer()->serial;
    };
    const std::string before = serial();
    const Credential fresh = make_certificate(server_of({"server.example"}), &authority().own());
    authority().write("changing.pem", fresh.certificate);
    CHECK_THROWS_AS(server.reload(), UsageError);
    CHECK(serial() == before);
    authority().write("changing.key", fresh.key);
    server.reload();
    CHECK(serial() == describe_certificate(fresh.certificate).serial);
}

TEST_CASE("an identity that another process has read needs no file, also at a reload") {
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    const auto fresh = [] {
        return make_certificate(server_of({"server.example"}), &authority().own());
    };
    const auto handed = [](const Credential& credential) {
        return TlsIdentity{"/not/there.pem", "/not/there.key",
                           TlsTexts{credential.certificate, credential.key}};
    };
    const Credential first = fresh();
    TlsServerContext server({.identity = handed(first)});
    const auto serial = [&] {
        SessionPair pair(server.accept(), client.connect("server.example"));
        REQUIRE(pair.shake_hands());
        return pair.client->peer()->serial;
    };
    CHECK(serial() == describe_certificate(first.certificate).serial);
    const Credential second = fresh();
    CHECK_THROWS_WITH(server.reload({"/not/there.pem", "/not/there.key",
                                     TlsTexts{second.certificate, first.key}}),
                      "/not/there.key: is not the key of the first certificate in /not/there.pem");
    CHECK_THROWS_WITH(server.reload({"/not/there.pem", "/not/there.key", TlsTexts{}}),
                      doctest::Contains("/not/there.pem: has no certificate in it"));
    CHECK(serial() == describe_certificate(first.certificate).serial);
    server.reload(handed(second));
    CHECK(serial() == describe_certificate(second.certificate).serial);
    // The texts are forgotten: from here on it would be the files.
    CHECK_THROWS_WITH(server.reload(), "/not/there.pem: No such file or directory");
    CHECK(serial() == describe_certificate(second.certificate).serial);
}

TEST_CASE("a client's identity that another process has read is forgotten, too") {
    const Credential anna = make_certificate(client_of("anna"), &authority().own());
    TlsClientContext client(
        {.authorities = authority().file("authority.pem"),
         .identity = {"/not/there.pem", "/not/there.key", TlsTexts{anna.certificate, anna.key}}});
    TlsServerContext server({.identity = authority().server(),
                             .client_authorities = authority().file("authority.pem")});
    SessionPair pair(server.accept(), client.connect("server.example"));
    REQUIRE(pair.shake_hands());
    CHECK(pair.server->peer()->common_name == "anna");
    CHECK_THROWS_WITH(client.reload(), "/not/there.pem: No such file or directory");
}

TEST_CASE("a session that began before a reload goes on") {
    TlsServerContext server({.identity = authority().server()});
    const TlsClientContext client({.authorities = authority().file("authority.pem")});
    SessionPair pair(server.accept(), client.connect("server.example"));
    server.reload();
    REQUIRE(pair.shake_hands());
    server.reload();
    SessionPair::write(*pair.client, pair.client_wire, "hello");
    pair.deliver();
    ssize_t result = 0;
    CHECK(SessionPair::read(*pair.server, pair.server_wire, result) == "hello");
}

TEST_CASE("the server's order of protocols decides, and no common one is an end") {
    const auto agreed = [](std::vector<std::string> ours, std::vector<std::string> theirs) {
        SessionPair pair(
            TlsServerContext({.identity = authority().server(), .protocols = std::move(ours)})
                .accept(),
            TlsClientContext(
                {.authorities = authority().file("authority.pem"), .protocols = std::move(theirs)})
                .connect("server.example"));
        if (!pair.shake_hands()) return pair.server->failure();
        CHECK(pair.server->protocol() == pair.client->protocol());
        return std::string(pair.server->protocol());
    };
    CHECK(agreed({"b", "a"}, {"a", "b"}) == "b");
    CHECK(agreed({"http/1.1"}, {"h2", "http/1.1"}) == "http/1.1");
    CHECK(agreed({"a"}, {}) == "");
    CHECK(agreed({}, {"a"}) == "");
    CHECK(agreed({"a"}, {"b"}) == "no protocol that both sides offer (ALPN)");
}

TEST_CASE("the server's order of ciphers decides, but for a client that wants ChaCha20 first") {
    const auto agreed = [](const char* theirs) {
        SessionPair pair(TlsServerContext({.identity = authority().server()}).accept(),
                         TlsClientContext({.authorities = authority().file("authority.pem")})
                             .connect("server.example"));
        REQUIRE(SSL_set_ciphersuites(pair.client->native(), theirs) == 1);
        REQUIRE(pair.shake_hands());
        return std::string(pair.server->cipher());
    };
    CHECK(agreed("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") ==
          "TLS_AES_128_GCM_SHA256");
    CHECK(agreed("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256") ==
          "TLS_CHACHA20_POLY1305_SHA256");
    CHECK(agreed("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384") ==
          "TLS_CHACHA20_POLY1305_SHA256");
    CHECK(agreed("TLS_AES_256_GCM_SHA384") == "TLS_AES_256_GCM_SHA384");
}

TEST_CASE("1.2 is spoken only where it is allowed, and nothing before it") {
    const auto spoken = [](TlsVersion server_least, int client_most) {
        SessionPair pair(
            TlsServerContext({.identity = authority().server(), .least = server_least}).accept(),
            TlsClientContext(
                {.authorities = authority().file("authority.pem"), .least = TlsVersion::tls12})
                .connect("server.example"));
        SSL_set_security_level(pair.client->native(), 0);
        SSL_set_cipher_list(pair.client->native(), "ALL:@SECLEVEL=0");
        SSL_set_min_proto_version(pair.client->native(), TLS1_VERSION);
        SSL_set_max_proto_version(pair.client->native(), client_most);
        if (pair.shake_hands())
            return std::string(pair.server->version()) + " " + std::string(pair.server->cipher());
        return pair.server->failure();
    };
    CHECK(spoken(TlsVersion::tls13, TLS1_3_VERSION) == "TLSv1.3 TLS_AES_128_GCM_SHA256");
    CHECK(spoken(TlsVersion::tls13, TLS1_2_VERSION) ==
          "no version of TLS that both sides speak (unsupported protocol)");
    CHECK(spoken(TlsVersion::tls12, TLS1_3_VERSION) == "TLSv1.3 TLS_AES_128_GCM_SHA256");
    CHECK(spoken(TlsVersion::tls12, TLS1_2_VERSION).starts_with("TLSv1.2 ECDHE-ECDSA-"));
    for (const int old : {TLS1_1_VERSION, TLS1_VERSION})
        CHECK(spoken(TlsVersion::tls12, old) ==
              "no version of TLS that both sides speak (unsupported protocol)");
}

TEST_CASE("nobody renegotiates") {
    SessionPair pair(
        TlsServerContext({.identity = authority().server(), .least = TlsVersion::tls12}).accept(),
        TlsClientContext(
            {.authorities = authority().file("authority.pem"), .least = TlsVersion::tls12})
            .connect("server.example"));
    SSL_set_max_proto_version(pair.client->native(), TLS1_2_VERSION);
    REQUIRE(pair.shake_hands());
    SSL_clear_options(pair.client->native(), SSL_OP_NO_RENEGOTIATION);
    CHECK(SSL_renegotiate(pair.client->native()) == 1);
    // The request goes out with the next write; the server answers with a warning, and goes on.
    SessionPair::write(*pair.client, pair.client_wire, "");
    ssize_t result = 0;
    SessionPair::read(*pair.client, pair.client_wire, result);
    pair.client->flush(pair.client_wire);
    pair.deliver();
    REQUIRE_FALSE(pair.server_wire.incoming.empty());
    SessionPair::read(*pair.server, pair.server_wire, result);
    CHECK(result == -1);
    pair.deliver();
    SessionPair::read(*pair.client, pair.client_wire, result);
    CHECK(pair.client->failure() == "no renegotiation");
    CHECK(SSL_num_renegotiations(pair.server->native()) == 0);
}

TEST_CASE("a list of the revoked that is too old is refused with the cure") {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string old = authority().write(
        "old.pem", make_revocation_list(authority().own(), {}, 1, now - 48h, now - 24h));
    CHECK(refusal_of({.identity = authority().server(),
                      .client_authorities = authority().file("authority.pem"),
                      .revoked = old})
              .starts_with(old + ": the list of the revoked was to be renewed by "));
}
