// Connecting with one deadline over all addresses of a peer. A plain connect(2) to a host whose
// packets are dropped waits about two minutes; the deadline bounds that, and it is not started anew
// for the next address. A name has several addresses, and the first may be a dead one: so they race
// (RFC 8305 section 5, net/connect_race), families in turn, and the first that answers has won.
//
// What the peers say is a value that names the cause for each address. The caller's thread waits
// here; on an event loop it is net/connect_on_loop. A deadline by alarm(2) is not here: the process
// has one such timer, which is not a library's to take (lessons/07-clients).

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
    not_tried,    // its turn had not come at the deadline
};

struct ConnectFailure {
    Address address;
    ConnectStatus status;
    int error_number;  // as the system named it; ETIMEDOUT for our own deadline, 0 if not tried
};

struct ConnectResult {
    // connected; timed_out if the deadline came first; else that of the last failure.
    ConnectStatus status;
    Fd socket;                             // owns nothing unless connected
    Address address;                       // the one that answered
    std::vector<ConnectFailure> failures;  // in the order in which they came

    // "127.0.0.1:80: Connection refused; [::1]:80: Connection timed out", for the log.
    std::string error_text() const;
};

enum class SocketMode { blocking, nonblocking };

// Connects to the first of `addresses` that answers before `deadline`; `addresses` must not be
// empty. They are begun in the order of alternate_families(), at the instants of ConnectRace; one
// that this machine cannot use costs itself only. The socket is close-on-exec and in the mode that
// was asked for; those of the others are closed. Signals neither end the wait nor make it longer.
// Throws std::system_error when another address would not help (no descriptors, no memory), also if
// one is under way.
//
// A port of this machine where nobody listens is refused, also where the kernel gives the socket
// the very port that it asks for and connects it with itself (net/socket_options: pending_error).
ConnectResult connect_to_any(std::span<const Address> addresses, Deadline deadline,
                             SocketMode mode = SocketMode::blocking);

ConnectResult connect_to(const Address& address, Deadline deadline,
                         SocketMode mode = SocketMode::blocking);

// The order of RFC 8305 section 4: the first address's family, then the others, in turn, each family
// in its own order. A broken IPv6 then costs one stagger, not one for each IPv6 address.
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

// The status of an attempt that ended with this errno. Throws it as std::system_error if it is a
// failure for all addresses.
ConnectStatus failed_status(int error_number, const Address& address);

}  // namespace waymark::net
