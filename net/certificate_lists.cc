// What else an authority gives out (net/certificate.hh): the list of the revoked, and files for
// browsers.

#include <fmt/core.h>

#include <new>

#include "daemon/error.hh"
#include "net/certificate.hh"
#include "net/openssl_owned.hh"
#include "net/pem.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

using daemon::UsageError;
using std::chrono::sys_seconds;

namespace {

Owned<ASN1_TIME> time_of(sys_seconds when) {
    Owned<ASN1_TIME> time(ASN1_TIME_adj(nullptr, when.time_since_epoch().count(), 0, 0));
    if (!time) throw std::bad_alloc();
    return time;
}

void add_revoked(X509_CRL* list, const Revocation& revocation) {
    BIGNUM* parsed = nullptr;
    const int digits = BN_hex2bn(&parsed, revocation.serial.c_str());
    const Owned<BIGNUM> number(parsed);
    if (digits == 0 || static_cast<std::size_t>(digits) != revocation.serial.size())
        throw UsageError(fmt::format("'{}' is no serial number", printable(revocation.serial)));
    const Owned<ASN1_INTEGER> serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
    Owned<X509_REVOKED> entry(X509_REVOKED_new());
    expect_openssl(
        serial && entry && X509_REVOKED_set_serialNumber(entry.get(), serial.get()) == 1 &&
        X509_REVOKED_set_revocationDate(entry.get(), time_of(revocation.at).get()) == 1 &&
        X509_CRL_add0_revoked(list, entry.get()) == 1);
    static_cast<void>(entry.release());  // the list's now
}

// The authority's key, by which a list finds its authority among several of one name.
void add_authority_key(X509_CRL* list, X509* issuer) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, nullptr, nullptr, list, 0);
    const Owned<X509_EXTENSION> extension(
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
    expect_openssl(extension && X509_CRL_add_ext(list, extension.get(), -1) == 1);
}

void add_number(X509_CRL* list, std::uint64_t number) {
    const Owned<ASN1_INTEGER> value(ASN1_INTEGER_new());
    expect_openssl(value && ASN1_INTEGER_set_uint64(value.get(), number) == 1 &&
                   X509_CRL_add1_ext_i2d(list, NID_crl_number, value.get(), 0, 0) == 1);
}

}  // namespace

std::string make_revocation_list(const Credential& issuer, std::span<const Revocation> revoked,
                                 std::uint64_t number, sys_seconds now, sys_seconds next) {
    const Owned<X509> certificate = certificate_in(issuer.certificate);
    const Owned<EVP_PKEY> key = private_key_in(issuer.key);
    const Owned<X509_CRL> list(X509_CRL_new());
    expect_openssl(list && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
                   X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate.get())) ==
                       1 &&
                   X509_CRL_set1_lastUpdate(list.get(), time_of(now).get()) == 1 &&
                   X509_CRL_set1_nextUpdate(list.get(), time_of(next).get()) == 1);
    for (const Revocation& revocation : revoked) add_revoked(list.get(), revocation);
    add_authority_key(list.get(), certificate.get());
    add_number(list.get(), number);
    expect_openssl(X509_CRL_sort(list.get()) == 1 &&
                   X509_CRL_sign(list.get(), key.get(), EVP_sha256()) > 0);
    return pem_of(list.get());
}

std::string make_browser_file(const Credential& credential, const Credential& issuer,
                              std::string_view name, const std::string& password) {
    const Owned<X509> certificate = certificate_in(credential.certificate);
    const Owned<EVP_PKEY> key = private_key_in(credential.key);
    Owned<X509> authority = certificate_in(issuer.certificate);
    const Owned<STACK_OF(X509)> others(sk_X509_new_null());
    if (!others || sk_X509_push(others.get(), authority.get()) == 0) throw std::bad_alloc();
    static_cast<void>(authority.release());  // the stack's now
    const Owned<PKCS12> file(PKCS12_create(password.c_str(), std::string(name).c_str(), key.get(),
                                           certificate.get(), others.get(), 0, 0, 0, 0, 0));
    const Owned<BIO> out = make_memory();
    expect_openssl(file && i2d_PKCS12_bio(out.get(), file.get()) == 1);
    return bytes_in(out.get());
}

}  // namespace waymark::net
