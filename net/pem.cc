#include "net/pem.hh"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <new>
#include <stdexcept>

#include "daemon/error.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

using daemon::UsageError;

namespace {

// Nobody is there to be asked for a password.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

void expect_openssl(bool is_done) {
    if (!is_done) throw std::runtime_error("OpenSSL: " + take_openssl_errors());
}

Owned<X509> certificate_in(const std::string& text) {
    Owned<X509> certificate(
        PEM_read_bio_X509(reader_of(text).get(), nullptr, &no_password, nullptr));
    if (!certificate) throw UsageError("not a certificate: " + take_openssl_errors());
    return certificate;
}

Owned<EVP_PKEY> private_key_in(const std::string& text) {
    Owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, &no_password, nullptr));
    if (!key) throw UsageError("not a private key: " + take_openssl_errors());
    return key;
}

Owned<BIO> reader_of(const std::string& text) {
    Owned<BIO> made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!made) throw std::bad_alloc();
    return made;
}

Owned<BIO> make_memory() {
    Owned<BIO> made(BIO_new(BIO_s_mem()));
    if (!made) throw std::bad_alloc();
    return made;
}

std::string bytes_in(BIO* memory) {
    char* bytes = nullptr;
    const long size = BIO_ctrl(memory, BIO_CTRL_INFO, 0, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const Owned<BIO> out = make_memory();
    expect_openssl(PEM_write_bio_X509(out.get(), certificate) == 1);
    return bytes_in(out.get());
}

std::string pem_of(EVP_PKEY* key) {
    const Owned<BIO> out = make_memory();
    expect_openssl(
        PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return bytes_in(out.get());
}

std::string pem_of(X509_CRL* list) {
    const Owned<BIO> out = make_memory();
    expect_openssl(PEM_write_bio_X509_CRL(out.get(), list) == 1);
    return bytes_in(out.get());
}

}  // namespace waymark::net
