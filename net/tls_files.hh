// The files of a TLS context, read and looked at before they are used. OpenSSL takes a key that
// does not fit when it is loaded first, a chain in the wrong order, and a file with nothing in it
// for a list of authorities; what is wrong is then said by the first client, in words about
// handshakes.
//
// Everything here throws UsageError that names the file, what is wrong and the cure. For sources.

#pragma once

#include <string>
#include <vector>

#include "net/openssl_owned.hh"
#include "net/tls_context.hh"

namespace waymark::net {

// Certificate, chain and key, each fitting the next. What a person should know of its dates goes
// into `notes`; if `refuses_expired`, one that has expired is an error.
void use_identity(SSL_CTX* context, const TlsIdentity& identity, bool refuses_expired,
                  std::vector<std::string>& notes);

// Trusts these, each of which must be an authority's (basicConstraints CA). Trusted is what stands
// in the file, root or not. For a server their names are also sent to clients, which choose a
// certificate by them.
void use_authorities(SSL_CTX* context, const std::string& file, bool are_for_clients);

// Has each peer's certificate looked for in its authority's list, and those of the authorities
// between in the lists that are there. What a person should know of a list's date goes into
// `notes`; one that was to be renewed before is an error, and so is one that does not say until
// when it holds.
void use_revocation_lists(SSL_CTX* context, const std::string& file,
                          std::vector<std::string>& notes);

// All certificates of a file, at least one.
std::vector<Owned<X509>> read_certificates(const std::string& file);
Owned<EVP_PKEY> read_key(const std::string& file);

}  // namespace waymark::net
