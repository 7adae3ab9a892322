#include "network.hh"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "daemon/error.hh"
#include "namespaces.hh"
#include "programs.hh"

namespace waymark::lab {

namespace {

// No spanning tree, which would keep a new port closed for half a minute, and no snooping: a frame
// for many goes to all, as over a cheap switch.
std::string bridge_lines(unsigned network) {
    return fmt::format(
        "link add name {0} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
        "link set dev {0} up\n",
        bridge_of(network));
}

std::string cable_lines(const StartedHost& host, unsigned network) {
    return fmt::format(
        "link add name {0} type veth peer name {1} address {2} netns {3}\n"
        "link set dev {0} master {4} up\n",
        port_of(host.host.name, network), interface_of(network), mac_of(host.host.number, network),
        host.pid, bridge_of(network));
}

// nodad: nobody else can have the address, so it need not wait for a second to find out.
std::string address_lines(const Host& host, unsigned network) {
    return fmt::format(
        "address add {0}/24 dev {2}\n"
        "address add {1}/64 dev {2} nodad\n"
        "link set dev {2} up\n",
        ipv4_of(host.number, network), ipv6_of(host.number, network), interface_of(network));
}

std::string first_lines(const Host& host) {
    std::string lines = "link set dev lo up\n";
    if (host.number == 0) return lines;
    lines += address_lines(host, 0);
    if (host.number != kGateway)
        lines += fmt::format("route add default via {}\nroute add default via {}\n",
                             ipv4_of(kGateway), ipv6_of(kGateway));
    return lines;
}

constexpr int kFromOutside = CLONE_NEWUSER | CLONE_NEWNET;

bool has_interface(const StartedHost& host, const std::string& name) {
    Programs programs(kFromOutside);
    programs.start("ip", {find_program("ip", "iproute2"), "link", "show", "dev", name}, "",
                   host.process);
    try {
        programs.wait();
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

void connect_hosts(const std::vector<StartedHost>& hosts) {
    const std::vector<std::string> batch{find_program("ip", "iproute2"), "-batch", "-"};
    std::string lines = bridge_lines(0);
    for (const StartedHost& host : hosts)
        if (host.host.number != 0) lines += cable_lines(host, 0);
    Programs programs(CLONE_NEWNET);
    programs.start("ip in the switch", batch, lines, hosts.front().process);
    programs.wait();
    for (const StartedHost& host : hosts)
        programs.start("ip in " + host.host.name, batch, first_lines(host.host), host.process);
    programs.wait();
}

unsigned add_interface(const StartedHost& bridge, const StartedHost& host) {
    if (host.host.number == 0)
        throw daemon::UsageError("the switch has no interface of its own: name a host");
    unsigned network = 1;
    while (network < kMostNetworks && has_interface(bridge, port_of(host.host.name, network)))
        ++network;
    if (network == kMostNetworks)
        throw daemon::UsageError(fmt::format("{} has an interface on each of the {} networks",
                                             host.host.name, kMostNetworks));
    const std::vector<std::string> batch{find_program("ip", "iproute2"), "-batch", "-"};
    std::string lines = has_interface(bridge, bridge_of(network)) ? "" : bridge_lines(network);
    Programs programs(kFromOutside);
    programs.start("ip in the switch", batch, lines + cable_lines(host, network), bridge.process);
    programs.wait();
    programs.start("ip in " + host.host.name, batch, address_lines(host.host, network),
                   host.process);
    programs.wait();
    return network;
}

}  // namespace waymark::lab
