// Who is one client? Wrong: counted by address and port, each connection is another one. Counted by
// address, an IPv6 host is another one whenever it likes. Counted by network, a host is a host. But
// fe80::/64 is on every link: there the interface belongs to it.
//
// No connections here: addresses alone, as accept would have told them.

#include <map>
#include <string>
#include <vector>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;

namespace {

constexpr std::size_t kConnections = 100;
constexpr std::size_t kLimit = 4;

// What a host's hundred connections look like.
std::vector<Address> ipv4_host() {
    std::vector<Address> peers;
    for (std::size_t i = 0; i < kConnections; ++i)
        peers.push_back(
            Address::parse_ip("192.0.2.1", static_cast<std::uint16_t>(40'000 + i)).value());
    return peers;
}

std::vector<Address> ipv6_host() {
    std::vector<Address> peers;
    for (std::size_t i = 0; i < kConnections; ++i)
        peers.push_back(Address::parse_ip(fmt::format("2001:db8::{:x}", i + 1)).value());
    return peers;
}

// fe80::1 on each of two links, as accept tells their interfaces: two hosts with a hundred
// connections.
std::vector<Address> two_neighbours() {
    std::vector<Address> peers;
    for (std::size_t i = 0; i < 2 * kConnections; ++i) {
        sockaddr_in6 peer{};
        peer.sin6_family = AF_INET6;
        peer.sin6_addr.s6_addr[0] = 0xfe;
        peer.sin6_addr.s6_addr[1] = 0x80;
        peer.sin6_addr.s6_addr[15] = 1;
        peer.sin6_scope_id = 1 + i % 2;
        peers.emplace_back(reinterpret_cast<const sockaddr*>(&peer), socklen_t{sizeof peer});
    }
    return peers;
}

//#region who
std::size_t let_in(const std::vector<Address>& peers, std::string (*key)(const Address&)) {
    std::map<std::string, std::size_t> inside;
    std::size_t all = 0;
    for (const Address& peer : peers) {
        std::size_t& those = inside[key(peer)];  //@ 1
        if (those < kLimit) {                    //@ 2
            ++those;
            ++all;
        }
    }
    return all;
}

std::string by_port(const Address& peer) {
    return peer.to_string();  //@ 3
}
std::string by_address(const Address& peer) {
    return peer.host_text();  //@ 4
}
//#endregion who

std::string by_first_half(const Address& peer) {
    const auto* const address = reinterpret_cast<const sockaddr_in6*>(peer.data());
    return {reinterpret_cast<const char*>(&address->sin6_addr), 8};
}

std::size_t let_in_by_the_gate(const std::vector<Address>& peers) {
    ConnectionGate gate({.soft = 500, .hard = 500, .per_network = kLimit, .early_drop = {}});
    std::vector<ConnectionGate::Slot> slots;
    for (const Address& peer : peers)
        if (ConnectionGate::Entry entry = gate.enter(peer); entry.slot)
            slots.push_back(std::move(entry.slot));
    return gate.count();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("{} connections of one host; {} may come in\n", kConnections, kLimit);
    fmt::print("                     IPv4  IPv6\n");
    const std::vector<Address> four = ipv4_host();
    const std::vector<Address> six = ipv6_host();
    fmt::print("1. address and port  {:4}  {:4}\n", let_in(four, by_port), let_in(six, by_port));
    end_step();
    fmt::print("2. address           {:4}  {:4}\n", let_in(four, by_address),
               let_in(six, by_address));
    end_step();
    fmt::print("3. network           {:4}  {:4}\n", let_in_by_the_gate(four),
               let_in_by_the_gate(six));
    end_step();
    const std::vector<Address> neighbours = two_neighbours();
    fmt::print("two hosts, fe80::1 on each of two links\n");
    fmt::print("4. first 64 bits           {:4}\n", let_in(neighbours, by_first_half));
    fmt::print("5. and the interface       {:4}\n", let_in_by_the_gate(neighbours));
    end_step();
}
