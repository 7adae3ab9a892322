#include "net/certificate.hh"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include <set>

#include "daemon/error.hh"
#include "net/openssl_owned.hh"
#include "net/pem.hh"
#include "net/tls_failure.hh"

using namespace waymark::net;
using namespace std::chrono_literals;
using waymark::daemon::UsageError;

namespace {

const Credential kNoCredential{"x", "y"};

const Credential& authority() {
    static const Credential made = make_certificate(authority_of("Test Authority"), nullptr);
    return made;
}

int verification(const Credential& of, const Credential& by, int purpose) {
    const Owned<X509> certificate = certificate_in(of.certificate);
    const Owned<X509> issuer = certificate_in(by.certificate);
    X509_STORE* const store = X509_STORE_new();
    X509_STORE_add_cert(store, issuer.get());
    X509_STORE_CTX* const context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
    X509_STORE_CTX_set_purpose(context, purpose);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
    X509_verify_cert(context);
    const int result = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return result;
}

CertificateRequest server_named(const std::string& name) {
    return server_of({name});
}

}  // namespace

TEST_CASE("a certificate verifies under its authority, strictly, and for its own purpose only") {
    const Credential server = make_certificate(server_of({"a.example"}), &authority());
    const Credential client = make_certificate(client_of("anna"), &authority());
    CHECK(verification(server, authority(), X509_PURPOSE_SSL_SERVER) == X509_V_OK);
    CHECK(verification(client, authority(), X509_PURPOSE_SSL_CLIENT) == X509_V_OK);
    CHECK(verification(server, authority(), X509_PURPOSE_SSL_CLIENT) == X509_V_ERR_INVALID_PURPOSE);
    CHECK(verification(client, authority(), X509_PURPOSE_SSL_SERVER) == X509_V_ERR_INVALID_PURPOSE);
    // An authority of the same name is another one.
    const Credential other = make_certificate(authority_of("Test Authority"), nullptr);
    CHECK(verification(server, other, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
}

TEST_CASE("its names are those that were asked for, and its own are no syntax") {
    const Credential made = make_certificate(
        server_of({"*.a.example", "192.0.2.1", "2001:db8::1", "b_c.example"}), &authority());
    const TlsPeer peer = describe_certificate(made.certificate);
    CHECK(peer.common_name == "*.a.example");
    CHECK(peer.dns_names == std::vector<std::string>{"*.a.example", "b_c.example"});
    CHECK(peer.addresses == std::vector<std::string>{"192.0.2.1", "2001:db8::1"});
    CHECK(peer.issuer == "CN=Test Authority");
    const Credential anna = make_certificate(client_of("a, CN=root/O=x"), &authority());
    CHECK(describe_certificate(anna.certificate).common_name == "a, CN=root/O=x");
    CHECK(describe_certificate(anna.certificate).subject == "CN=a\\, CN=root/O=x");
}

TEST_CASE("what cannot be a name is refused") {
    for (const char* name : {"", "a b", "a..b", ".a", "a.", "1.2.3", "1.2.3.4.5", "a/b", "a*b.c",
                             "a.*.b", "a,DNS:b", "m\xc3\xbcller.example"})
        CHECK_THROWS_AS(make_certificate(server_named(name), &authority()), UsageError);
    CHECK_THROWS_AS(make_certificate(server_of({}), &authority()), UsageError);
    CHECK_THROWS_AS(make_certificate(client_of(""), &authority()), UsageError);
    CHECK_THROWS_AS(make_certificate(client_of("a\nb"), &authority()), UsageError);
    CHECK_THROWS_AS(make_certificate(client_of("a\xff"), &authority()), UsageError);
    for (const std::string name : {"a\nb", "a\x7f", "a\xc2\x85z", "\xc2\x9b", "a\xc2\x80"})
        CHECK_THROWS_AS(make_certificate(client_of(name), &authority()), UsageError);
    CHECK_THROWS_AS(make_certificate(client_of(std::string(65, 'a')), &authority()), UsageError);
    CHECK_NOTHROW(make_certificate(client_of(std::string(64, 'a')), &authority()));
    CHECK_NOTHROW(make_certificate(server_named(std::string(63, 'a') + ".example"), &authority()));
    CHECK_THROWS_AS(make_certificate(client_of("anna"), &kNoCredential), UsageError);
}

TEST_CASE("serial numbers are of 127 bits, and no two are the same") {
    std::set<std::string> serials;
    for (int i = 0; i < 8; ++i) {
        const Credential made = make_certificate(client_of("anna"), &authority());
        const std::string serial = describe_certificate(made.certificate).serial;
        CHECK(serial.size() == 32);
        CHECK(serial.front() >= '4');
        CHECK(serial.front() <= '7');
        serials.insert(serial);
    }
    CHECK(serials.size() == 8);
}

TEST_CASE("it is good from five minutes ago until 397 days from now, an authority ten years") {
    const auto now = std::chrono::system_clock::now();
    const CertificateRequest server = server_of({"a.example"});
    CHECK(server.not_before <= now - 5min);
    CHECK(server.not_after <= now + std::chrono::days(397));
    CHECK(server.not_after > now + std::chrono::days(396));
    const Credential made = make_certificate(server, &authority());
    CHECK(describe_certificate(made.certificate).not_after == server.not_after);
    CHECK(authority_of("x").not_after > now + std::chrono::days(3649));
}

TEST_CASE("a list has the revoked, the number and the times, and its authority's signature") {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Revocation revoked[] = {{"7A01", now - 1h}, {"05", now}};
    const std::string text = make_revocation_list(authority(), revoked, 9, now, now + 24h);
    const Owned<X509_CRL> list(
        PEM_read_bio_X509_CRL(reader_of(text).get(), nullptr, nullptr, nullptr));
    REQUIRE(list);
    const Owned<X509> issuer = certificate_in(authority().certificate);
    CHECK(X509_CRL_verify(list.get(), X509_get0_pubkey(issuer.get())) == 1);
    CHECK(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list.get())) == 2);
    const Owned<ASN1_INTEGER> number(static_cast<ASN1_INTEGER*>(
        X509_CRL_get_ext_d2i(list.get(), NID_crl_number, nullptr, nullptr)));
    CHECK(ASN1_INTEGER_get(number.get()) == 9);
    CHECK(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(list.get()),
                               std::chrono::system_clock::to_time_t(now + 24h)) == 0);
    for (const char* serial : {"", "xyz", "7A01Z", " 7A"}) {
        const Revocation odd[] = {{serial, now}};
        CHECK_THROWS_AS(make_revocation_list(authority(), odd, 1, now, now), UsageError);
    }
}

TEST_CASE("a browser's file opens with its password, and only with that") {
    const Credential anna = make_certificate(client_of("anna"), &authority());
    const std::string bytes = make_browser_file(anna, authority(), "anna", "sesame");
    const Owned<PKCS12> file(d2i_PKCS12_bio(reader_of(bytes).get(), nullptr));
    REQUIRE(file);
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    CHECK(PKCS12_parse(file.get(), "wrong", &key, &certificate, nullptr) == 0);
    REQUIRE(PKCS12_parse(file.get(), "sesame", &key, &certificate, nullptr) == 1);
    const Owned<EVP_PKEY> owned_key(key);
    const Owned<X509> owned_certificate(certificate);
    CHECK(X509_check_private_key(certificate, key) == 1);
    CHECK(bytes.find("PRIVATE KEY") == std::string::npos);
}

TEST_CASE("a client's name with a control character is nobody's, whoever has signed it") {
    const Credential made = make_certificate(client_of("anna"), &authority());
    for (const std::string name : {"a\nb", "a\xc2\x85z", "m\xc3\xbcller", "\xc2\xa7"}) {
        CAPTURE(name);
        const Owned<X509> certificate = certificate_in(made.certificate);
        X509_NAME* const subject = X509_get_subject_name(certificate.get());
        X509_NAME_ENTRY_free(X509_NAME_delete_entry(subject, 0));
        const auto* bytes = reinterpret_cast<const unsigned char*>(name.data());
        REQUIRE(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, bytes,
                                           static_cast<int>(name.size()), -1, 0) == 1);
        const bool is_odd = name.front() == 'a';
        CHECK(read_peer(certificate.get()).common_name == (is_odd ? "" : name));
    }
}

TEST_CASE("a line for a log is no longer than was asked for, with the dots that say so") {
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdefg", 6) == "abc...");
    CHECK(printable("ab\x1b", 6) == "ab\\x1b");
    CHECK(printable("ab\x1b.", 6) == "ab...");  // no escape is cut in the middle
    CHECK(printable("ab\x1b\x1b", 9) == "ab\\x1b...");
    for (std::size_t most = 0; most < 20; ++most)
        CHECK(printable(std::string(30, '\x1b'), most).size() <= most);
}
