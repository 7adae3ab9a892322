// The socket options that a server needs, each as a function that says what it is for. Called
// directly, setsockopt(2) takes an int by pointer and length, tells nothing when the level is wrong
// by chance, and is left unchecked in most programs. Here a refusal throws std::system_error.
//
// What is not here is not needed: SO_REUSEPORT (one listener is shared by fork), SO_RCVTIMEO and
// SO_SNDTIMEO (a time-out for each call; see net/timed_io for deadlines).

#pragma once

#include <chrono>

#include "daemon/fd.hh"
#include "net/address.hh"

namespace waymark::net {

using daemon::Fd;

// SO_REUSEADDR (socket(7)): bind although connections of an earlier server on this port are still
// in TIME_WAIT. Two servers that listen on one port are still refused.
void allow_address_reuse(const Fd& socket);

// IPV6_V6ONLY (ipv6(7)): true keeps IPv4 peers off a socket bound to "::"; false takes both,
// whatever /proc/sys/net/ipv6/bindv6only says.
void set_ipv6_only(const Fd& socket, bool only);

// TCP_NODELAY (tcp(7)): send small messages at once instead of waiting for the peer's
// acknowledgement (RFC 896). For answers that are written in one piece.
void send_without_delay(const Fd& socket);

// SO_KEEPALIVE with TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT (tcp(7)): asks a silent peer
// whether it is there; a read fails with ETIMEDOUT after idle + interval * probes. The system's own
// times are two hours and more.
struct KeepAlive {
    std::chrono::seconds idle{60};
    std::chrono::seconds interval{10};
    int probes = 3;
};
void keep_alive(const Fd& socket, const KeepAlive& times);

// TCP_USER_TIMEOUT (tcp(7), RFC 5482): how long sent bytes may stay unacknowledged before the
// connection fails with ETIMEDOUT. Keepalive does not work while bytes are on their way. Zero is
// the system's own, about 15 minutes.
void limit_unacknowledged(const Fd& socket, std::chrono::milliseconds limit);

// SO_RCVBUF and SO_SNDBUF (socket(7)). The kernel doubles the number, for its own book-keeping, and
// cuts it at net.core.rmem_max and wmem_max. Turns off TCP's own sizing: measure first.
void set_receive_buffer(const Fd& socket, int bytes);
void set_send_buffer(const Fd& socket, int bytes);

// SO_LINGER of zero (socket(7)): close(2) sends a reset and throws away what was not sent. For
// peers that are to be dropped without TIME_WAIT, and for tests.
void reset_on_close(const Fd& socket);

// SO_ERROR (socket(7)): what went wrong in the background, such as in a non-blocking connect; 0 if
// nothing did. Asking clears it. A TCP socket that is connected with itself is ECONNREFUSED here,
// each time: at a port where nobody listens the kernel may have given it that very port as its own,
// and both ends then open at once (RFC 9293 section 3.5). SO_ERROR says 0 of that.
int pending_error(const Fd& socket);

// SO_ACCEPTCONN: has listen(2) been called?
bool is_listening(const Fd& socket);

// SO_DOMAIN: AF_INET, AF_INET6, AF_UNIX.
int family_of(const Fd& socket);

// SO_TYPE: SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET.
int type_of(const Fd& socket);

// getsockname(2): where the socket is bound; tells the port after a bind to port 0.
Address local_address(const Fd& socket);

// getpeername(2). Throws ENOTCONN when nobody is there (any more): a peer may have gone between
// accept and this call, so servers take the address from accept instead.
Address peer_address(const Fd& socket);

}  // namespace waymark::net
