// Certificates and keys as text (PEM, RFC 7468), and the check that OpenSSL did what it was asked.
// For sources: heavy headers.

#pragma once

#include <string>

#include "net/openssl_owned.hh"

namespace waymark::net {

// Throws std::runtime_error with OpenSSL's reason.
void expect_openssl(bool is_done);

// The first one in `text`. Throws UsageError.
Owned<X509> certificate_in(const std::string& text);
Owned<EVP_PKEY> private_key_in(const std::string& text);

// For reading what is in `text`, which must outlive it; for writing. Throw std::bad_alloc.
Owned<BIO> reader_of(const std::string& text);
Owned<BIO> make_memory();
std::string bytes_in(BIO* memory);

std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* key);
std::string pem_of(X509_CRL* list);

}  // namespace waymark::net
