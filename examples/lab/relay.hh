// A bad network for a system that lets nobody have namespaces: a process between client and server,
// on loopback, that passes TCP and UDP on, late, slowly, in part or not at all. It needs no rights.
// What it cannot do is what happens below a socket: a SYN that is lost, an address without a way.

#pragma once

#include "net/address.hh"
#include "relay_faults.hh"

namespace waymark::lab {

// From `listen`, an address of 127.0.0.0/8 or ::1 whose port may be 0, to `target`: TCP and UDP, on
// the same port. Prints "listening on ADDRESS" when both are open. A hundred connections at once;
// the next ones wait. Returns at SIGTERM or SIGINT, and all connections end. Throws UsageError for
// addresses that it does not take, and std::system_error.
int run_relay(const net::Address& listen, const net::Address& target, const RelayFaults& faults);

}  // namespace waymark::lab
