// Names to addresses, by getaddrinfo(3): all of them, of both families, in the order of RFC 6724
// that the system's policy gives. gethostbyname(3) knows IPv4 only and one thread at a time.
//
// A look-up BLOCKS, for as long as the system's resolver tries (resolv.conf(5): 5 s a server,
// twice, unless set otherwise), and no deadline of ours can end it. So it never runs on an event
// loop, nor between accept and answer: resolve at the start, or on a thread_pool. A literal address
// never asks a server, so that a program configured with addresses starts without DNS.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hh"

namespace waymark::net {

enum class ResolveStatus {
    done,       // at least one address
    not_found,  // the name does not exist, has no address, or its server refuses for good
    try_later,  // a name server did not answer
    malformed,  // cannot be a name: empty, too long, a blank in it, an odd spelling of an address
};

struct ResolveResult {
    ResolveStatus status;
    std::vector<Address> addresses;
    // "tracker.example: Name or service not known"; empty when done. One line: control characters
    // stand as \x0a (daemon/log_line).
    std::string error;
};

// Addresses for stream sockets. Throws std::system_error when getaddrinfo(3) says that the system
// itself fails. It does not always: without a free descriptor glibc says not_found, even of
// localhost.
ResolveResult resolve(std::string_view host, std::uint16_t port);

// The same for "name:80", "192.0.2.1:80", "[::1]:80" and "unix:/path". Throws UsageError when the
// text has no such form.
ResolveResult resolve_host_and_port(std::string_view text);

// Whether resolve() asks for it: neither an odd spelling of an address, nor too long, and without
// blanks and control characters.
bool can_be_a_name(std::string_view host);

// What a code of getaddrinfo(3) means; `done` is for the caller to throw: EAI_SYSTEM (whose cause
// is in errno), EAI_MEMORY and the unknown ones.
ResolveStatus classify_resolver_error(int code);
[[noreturn]] void throw_resolver_error(int code, int error_number, std::string_view host);

}  // namespace waymark::net
