// OpenSSL's objects, each with one owner. For sources: this includes OpenSSL's headers, which are
// slow to compile.

#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace waymark::net {

struct OpensslFree {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_CRL* list) const { X509_CRL_free(list); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(X509_REVOKED* entry) const { X509_REVOKED_free(entry); }
    void operator()(SSL* session) const { SSL_free(session); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    // With the certificates in it.
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, &X509_free); }
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(PKCS12* file) const { PKCS12_free(file); }
    void operator()(ASN1_STRING* value) const { ASN1_STRING_free(value); }  // times, integers
};

template <class Object>
using Owned = std::unique_ptr<Object, OpensslFree>;

}  // namespace waymark::net
