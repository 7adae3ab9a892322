// Makes certificates, and lists of revoked ones: what an authority does (RFC 5280). Text in, text
// out; where they are kept, and how, is the caller's (examples/ca). Keys are of the curve P-256.
//
// A certificate says who, what for, and until when:
//
//     const Credential authority = make_certificate(authority_of("Waymark Test"), nullptr);
//     const Credential server = make_certificate(server_of({"localhost", "127.0.0.1"}),
//     &authority);

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/tls_peer.hh"

namespace waymark::net {

enum class Purpose : std::uint8_t { authority, server, client };

struct CertificateRequest {
    using Time = std::chrono::sys_seconds;

    Purpose purpose = Purpose::server;
    std::string common_name;         // 1 to 64 bytes of UTF-8
    std::vector<std::string> names;  // DNS names and IP addresses, as net::Address reads them
    Time not_before;
    Time not_after;
    // Of an authority: how many others may stand below it.
    std::optional<int> most_below;
};

// Certificate and key, each PEM.
struct Credential {
    std::string certificate;
    std::string key;
};

// From now on, with five minutes before for clocks that are late. An authority ten years and with
// none below it, a server and a client 397 days: what browsers take at most.
CertificateRequest authority_of(std::string_view name);
// The first name is the CN too, cut to 64 bytes.
CertificateRequest server_of(std::vector<std::string> names);
CertificateRequest client_of(std::string_view name);

// A new key and its certificate, with a random serial number of 127 bits, signed by `issuer` or, if
// that is null, by itself. It bears critical basicConstraints and keyUsage, extendedKeyUsage of
// servers and clients, the identifiers of both keys, and the names. Throws UsageError for a name
// that cannot be one, and for an issuer that is unreadable.
Credential make_certificate(const CertificateRequest& request, const Credential* issuer);

// Who a certificate is of, and until when. Throws UsageError if the text is none.
TlsPeer describe_certificate(const std::string& certificate);

struct Revocation {
    std::string serial;  // hexadecimal digits
    std::chrono::sys_seconds at;
};

// The list of those that `issuer` has revoked, PEM. `number` must grow from list to list (section
// 5.2.3); whoever reads it should have a newer one by `next`.
std::string make_revocation_list(const Credential& issuer, std::span<const Revocation> revoked,
                                 std::uint64_t number, std::chrono::sys_seconds now,
                                 std::chrono::sys_seconds next);

// Key, certificate and its authority's in one file as browsers read them (PKCS#12, RFC 7292),
// binary, encrypted with `password`.
std::string make_browser_file(const Credential& credential, const Credential& issuer,
                              std::string_view name, const std::string& password);

}  // namespace waymark::net
