#include "plan.hh"

#include <fmt/format.h>

#include <array>

namespace waymark::lab {

std::string ipv4_of(unsigned number, unsigned network) {
    constexpr std::array kPrefixes{"192.0.2", "198.51.100", "203.0.113"};
    static_assert(kPrefixes.size() == kMostNetworks);
    return fmt::format("{}.{}", kPrefixes.at(network), number);
}

// The number is written as people read it: ::12 is host12, though the kernel reads it as 18.
std::string ipv6_of(unsigned number, unsigned network) {
    return network == 0 ? fmt::format("2001:db8::{}", number)
                        : fmt::format("2001:db8:{}::{}", network, number);
}

// The second bit of the first byte says that somebody chose it himself (IEEE 802).
std::string mac_of(unsigned number, unsigned network) {
    return fmt::format("02:00:00:00:{:02x}:{:02x}", network, number);
}

std::string interface_of(unsigned network) {
    return fmt::format("eth{}", network);
}

std::string port_of(const std::string& host, unsigned network) {
    return network == 0 ? host : fmt::format("{}.{}", host, network);
}

std::string bridge_of(unsigned network) {
    return fmt::format("bridge{}", network);
}

std::vector<Host> plan(unsigned hosts) {
    std::vector<Host> all{{"switch", 0}, {"gateway", kGateway}};
    for (unsigned number = 1; number <= hosts; ++number)
        all.push_back({fmt::format("host{}", number), number});
    return all;
}

std::string hosts_file(const std::vector<Host>& hosts) {
    std::string text = "127.0.0.1 localhost\n::1 localhost\n";
    for (const Host& host : hosts)
        if (host.number != 0)
            text += fmt::format("{} {}\n{} {}\n", ipv4_of(host.number), host.name,
                                ipv6_of(host.number), host.name);
    return text;
}

}  // namespace waymark::lab
