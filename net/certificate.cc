#include "net/certificate.hh"

#include <fmt/core.h>
#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/control_characters.hh"
#include "net/openssl_owned.hh"
#include "net/pem.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

using daemon::UsageError;
using std::chrono::sys_seconds;

namespace {

constexpr int kSerialBits = 127;  // positive in 16 bytes (RFC 5280, section 4.1.2.2: at most 20)
constexpr std::chrono::minutes kLateClock{5};
constexpr std::chrono::days kAuthorityLife{3650};
constexpr std::chrono::days kLife{397};
constexpr std::size_t kMostCommonName = 64;  // ub-common-name (RFC 5280, appendix A.1)

void set_time(ASN1_TIME* time, sys_seconds when) {
    expect_openssl(ASN1_TIME_adj(time, when.time_since_epoch().count(), 0, 0) != nullptr);
}

void set_random_serial(X509* certificate) {
    const Owned<BIGNUM> number(BN_new());
    expect_openssl(number &&
                   BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    expect_openssl(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void set_subject(X509* certificate, const std::string& common_name) {
    const auto size = static_cast<int>(common_name.size());
    const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.data());
    if (common_name.empty() || common_name.size() > kMostCommonName ||
        has_control_characters(common_name) ||
        X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                   MBSTRING_UTF8, bytes, size, -1, 0) != 1) {
        ERR_clear_error();
        throw UsageError(
            fmt::format("'{}' cannot be a name: it needs 1 to 64 bytes of UTF-8 "
                        "without control characters",
                        printable(common_name)));
    }
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    expect_openssl(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Names are not put into the text that OpenSSL parses: a comma in one would begin another entry.
void add_names(X509* certificate, const std::vector<std::string>& names) {
    const Owned<GENERAL_NAMES> list(GENERAL_NAMES_new());
    if (!list) throw std::bad_alloc();
    for (const std::string& name : names) {
        GENERAL_NAME* const entry = GENERAL_NAME_new();
        if (entry == nullptr || sk_GENERAL_NAME_push(list.get(), entry) == 0)
            throw std::bad_alloc();
        const std::optional<Address> address = Address::parse_ip(name);
        const std::span<const std::uint8_t> ip =
            address ? address->ip_bytes() : std::span<const std::uint8_t>();
        ASN1_STRING* const value =
            ASN1_STRING_type_new(address ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
        const void* const bytes = address ? static_cast<const void*>(ip.data()) : name.data();
        const std::size_t size = address ? ip.size() : name.size();
        expect_openssl(value != nullptr &&
                       ASN1_STRING_set(value, bytes, static_cast<int>(size)) == 1);
        GENERAL_NAME_set0_value(entry, address ? GEN_IPADD : GEN_DNS, value);
    }
    expect_openssl(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1);
}

void expect_server_names(const std::vector<std::string>& names) {
    if (names.empty()) throw UsageError("a server needs at least one name or IP address");
    for (const std::string& name : names) {
        std::string_view labels = name;
        if (labels.starts_with("*.")) labels.remove_prefix(2);
        const bool is_name = std::all_of(labels.begin(), labels.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '.';
        });
        if (Address::parse_ip(name)) continue;
        // A name whose last label is digits is an address that somebody has mistyped.
        const std::string_view last = labels.substr(labels.rfind('.') + 1);
        const bool is_number = last.find_first_not_of("0123456789") == std::string_view::npos;
        if (!is_name || is_number || name.size() > 253 || labels.starts_with('.') ||
            labels.ends_with('.') || labels.find("..") != std::string_view::npos)
            throw UsageError(
                fmt::format("'{}' is neither a DNS name nor an IP address", printable(name)));
    }
}

void add_extensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
    const bool is_authority = request.purpose == Purpose::authority;
    const std::string below =
        request.most_below ? fmt::format(",pathlen:{}", *request.most_below) : std::string();
    add_extension(certificate, issuer, NID_basic_constraints,
                  is_authority ? "critical,CA:TRUE" + below : "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage,
                  is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    if (request.purpose == Purpose::server)
        add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
    if (request.purpose == Purpose::client)
        add_extension(certificate, issuer, NID_ext_key_usage, "clientAuth");
    if (!request.names.empty()) add_names(certificate, request.names);
}

CertificateRequest request_of(Purpose purpose, std::string_view name, std::chrono::days life) {
    const sys_seconds now =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    CertificateRequest request;
    request.purpose = purpose;
    request.common_name = name;
    request.not_before = now - kLateClock;
    request.not_after = now + life;
    return request;
}

}  // namespace

CertificateRequest authority_of(std::string_view name) {
    CertificateRequest request = request_of(Purpose::authority, name, kAuthorityLife);
    request.most_below = 0;
    return request;
}

CertificateRequest server_of(std::vector<std::string> names) {
    const std::string first = names.empty() ? std::string() : names.front();
    CertificateRequest request =
        request_of(Purpose::server, first.substr(0, kMostCommonName), kLife);
    request.names = std::move(names);
    return request;
}

CertificateRequest client_of(std::string_view name) {
    return request_of(Purpose::client, name, kLife);
}

Credential make_certificate(const CertificateRequest& request, const Credential* issuer) {
    if (request.purpose == Purpose::server) expect_server_names(request.names);
    const Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const Owned<X509> certificate(X509_new());
    expect_openssl(key && certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    set_random_serial(certificate.get());
    set_subject(certificate.get(), request.common_name);
    set_time(X509_getm_notBefore(certificate.get()), request.not_before);
    set_time(X509_getm_notAfter(certificate.get()), request.not_after);
    expect_openssl(X509_set_pubkey(certificate.get(), key.get()) == 1);
    Owned<X509> issuers_own;
    Owned<EVP_PKEY> issuers_key;
    if (issuer != nullptr) {
        issuers_own = certificate_in(issuer->certificate);
        issuers_key = private_key_in(issuer->key);
    }
    X509* const by = issuers_own ? issuers_own.get() : certificate.get();
    expect_openssl(X509_set_issuer_name(certificate.get(), X509_get_subject_name(by)) == 1);
    add_extensions(certificate.get(), by, request);
    EVP_PKEY* const signing = issuers_key ? issuers_key.get() : key.get();
    expect_openssl(X509_sign(certificate.get(), signing, EVP_sha256()) > 0);
    return {pem_of(certificate.get()), pem_of(key.get())};
}

TlsPeer describe_certificate(const std::string& certificate) {
    return read_peer(certificate_in(certificate).get());
}

}  // namespace waymark::net
