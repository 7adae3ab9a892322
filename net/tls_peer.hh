// Who the other side of a secured connection has proven to be: what its certificate says, after the
// chain was verified. A value, so that a handler may look at it without OpenSSL's headers.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

struct x509_st;

namespace waymark::net {

struct TlsPeer {
    // "CN=anna,O=Waymark", in the order of RFC 2253 and escaped as it says; for logs.
    std::string subject;
    std::string issuer;
    // The last CN of the subject as it stands there, in UTF-8: what programs take for the client's
    // name. Empty if there is none, if it has a zero byte, or other control characters.
    std::string common_name;
    // What the extension subjectAltName lists (RFC 5280, section 4.2.1.6). Entries with a byte that
    // is not printable ASCII are left out: they are nobody's name.
    std::vector<std::string> dns_names;
    std::vector<std::string> addresses;  // of IP, as net::Address writes them
    std::vector<std::string> emails;
    std::string serial;       // hexadecimal digits, as `openssl x509 -serial` writes them
    std::string fingerprint;  // SHA-256 of the certificate, 64 hexadecimal digits in lower case
    std::chrono::system_clock::time_point not_after;
};

// From OpenSSL's object, which stays the caller's. Throws std::bad_alloc.
TlsPeer read_peer(x509_st* certificate);

// The subject alone, as above but printable for a log; for certificates that were refused.
std::string subject_of(x509_st* certificate);

}  // namespace waymark::net
