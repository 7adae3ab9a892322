// Who is in a lab, under which names and addresses. All of it follows from the number of a host, so
// that nothing has to be looked up: host7 is 192.0.2.7 and 2001:db8::7.
//
// The addresses are those that are kept for documents (RFC 5737, RFC 3849): nobody on the Internet
// has them, so a mistake cannot be taken for a real machine.

#pragma once

#include <string>
#include <vector>

namespace waymark::lab {

inline constexpr unsigned kMostHosts = 200;
inline constexpr unsigned kGateway = 254;  // its number; that of the switch is 0
inline constexpr unsigned kMostNetworks = 3;

struct Host {
    std::string name = "";
    unsigned number = 0;
};

// The interface of `number` in one of the networks, 0 to kMostNetworks - 1.
std::string ipv4_of(unsigned number, unsigned network = 0);  // without "/24"
std::string ipv6_of(unsigned number, unsigned network = 0);  // without "/64"
std::string mac_of(unsigned number, unsigned network = 0);
std::string interface_of(unsigned network);                            // in the host: eth0
std::string port_of(const std::string& host, unsigned network = 0);  // in the switch: host1
std::string bridge_of(unsigned network);

// switch, gateway, host1 to hostN.
std::vector<Host> plan(unsigned hosts);

// The lines of a hosts(5) file.
std::string hosts_file(const std::vector<Host>& hosts);

}  // namespace waymark::lab
