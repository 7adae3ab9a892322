#include "network.hh"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

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
        port_of(host.host.name, network), interface_of(network),
        mac_of(host.host.number, network), host.pid, bridge_of(network));
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

}  // namespace

void connect_hosts(const std::vector<StartedHost>& hosts) {
    const std::vector<std::string> batch{find_program("ip", "iproute2"), "-batch", "-"};
    std::string lines = bridge_lines(0);
    for (const StartedHost& host : hosts)
        if (host.host.number != 0) lines += cable_lines(host, 0);
    Programs programs;
    programs.start("ip in the switch", batch, lines, hosts.front().process);
    programs.wait();
    for (const StartedHost& host : hosts)
        programs.start("ip in " + host.host.name, batch, first_lines(host.host), host.process);
    programs.wait();
}

void add_interface(const StartedHost& bridge, const StartedHost& host, unsigned network) {
    const std::string ip = find_program("ip", "iproute2");
    Programs programs;
    programs.start("ip", {ip, "link", "show", "dev", bridge_of(network)}, "", bridge.process);
    std::string lines;
    try {
        programs.wait();
    } catch (const std::runtime_error&) {
        lines = bridge_lines(network);
    }
    programs.start("ip in the switch", {ip, "-batch", "-"}, lines + cable_lines(host, network),
                   bridge.process);
    programs.wait();
    programs.start("ip in " + host.host.name, {ip, "-batch", "-"},
                   address_lines(host.host, network), host.process);
    programs.wait();
}

}  // namespace waymark::lab
