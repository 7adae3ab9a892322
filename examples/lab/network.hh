// Cables and addresses: what joins the hosts of a lab, said to the kernel by ip(8).
//
// A cable is a pair of veth(4) interfaces; one end is eth0 of the host, the other a port of the
// bridge (the switch) and has the host's name.

#pragma once

#include <vector>

#include "host_init.hh"

namespace waymark::lab {

// Joins all of them on the first network and gives them their addresses and the gateway. The first
// of `hosts` is the switch. Throws std::runtime_error with what ip(8) has said.
void connect_hosts(const std::vector<StartedHost>& hosts);

// One more interface for a host, on the next network that it is not on; returns its number. The
// bridge of that network is made with the first of them. Throws UsageError if the host is on each.
unsigned add_interface(const StartedHost& bridge, const StartedHost& host);

}  // namespace waymark::lab
