// Connecting with one deadline over all addresses of a peer. A plain connect(2) to a host whose
// packets are dropped waits about two minutes; the deadline bounds that, and it is not started anew
// for the next address. Each address gets an equal share of the time that is left, so that a dead
// first one does not use up the time of a living second.
//
// The peer's refusal is a value that names the cause for each address. What is not here: trying
// several addresses at once (RFC 8305 section 5). They are tried in order, families in turn.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/address.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

enum class ConnectStatus {
    connected,
    refused,      // the host answers; nobody listens there
    timed_out,    // nothing came back: packets are dropped, or the peer is overloaded
    unreachable,  // the network says that there is no way, or this machine has none
    unusable,     // this machine refuses: no permission, no zone, no local address or port
};

struct ConnectFailure {
    Address address;
    ConnectStatus status;
    int error_number;  // as the system named it; ETIMEDOUT for our own deadline
};

struct ConnectResult {
    ConnectStatus status;  // of the last attempt
    Fd socket;             // owns nothing unless connected
    Address address;       // the one that answered
    std::vector<ConnectFailure> failures;

    // "127.0.0.1:80: Connection refused; [::1]:80: Connection timed out", for the log.
    std::string error_text() const;
};

enum class SocketMode { blocking, nonblocking };

// Connects to the first of `addresses` that answers before `deadline`; `addresses` must not be
// empty. The socket is close-on-exec and in the mode that was asked for. Throws std::system_error
// when another address would not help: no descriptors, no memory.
ConnectResult connect_to_any(std::span<const Address> addresses, Deadline deadline,
                             SocketMode mode = SocketMode::blocking);

ConnectResult connect_to(const Address& address, Deadline deadline,
                         SocketMode mode = SocketMode::blocking);

// The order of RFC 8305 section 4: the first address's family, then the other, in turn, each family
// in its own order. A broken IPv6 then costs one share, not one for each IPv6 address.
std::vector<Address> alternate_families(std::span<const Address> addresses);

// What an errno of connect(2) or of SO_ERROR means; 0 is connected, `failure` is for all addresses.
// `queue_full` is a Unix listener without room: call connect again.
enum class ConnectErrorKind {
    connected,
    in_progress,
    queue_full,
    refused,
    timed_out,
    unreachable,
    unusable,
    failure
};
ConnectErrorKind classify_connect_error(int error_number, int family);

}  // namespace waymark::net
