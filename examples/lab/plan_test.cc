#include "plan.hh"

#include <doctest/doctest.h>

#include <set>

#include "net/address.hh"

using namespace waymark::lab;

TEST_CASE("a host's addresses follow from its number") {
    CHECK_EQ(ipv4_of(7), "192.0.2.7");
    CHECK_EQ(ipv6_of(7), "2001:db8::7");
    CHECK_EQ(ipv4_of(7, 1), "198.51.100.7");
    CHECK_EQ(ipv6_of(12, 2), "2001:db8:2::12");
    CHECK_EQ(mac_of(12, 1), "02:00:00:00:01:0c");
    CHECK_EQ(interface_of(1), "eth1");
    CHECK_EQ(port_of("host7"), "host7");
    CHECK_EQ(port_of("host7", 1), "host7.1");
    CHECK_EQ(bridge_of(2), "bridge2");
}

TEST_CASE("no two hosts have an address in common in any network") {
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const Host& host : plan(kMostHosts)) {
        if (host.number == 0) continue;  // the switch has none
        for (unsigned network = 0; network < kMostNetworks; ++network)
            for (const std::string& text :
                 {ipv4_of(host.number, network), ipv6_of(host.number, network)}) {
                CHECK_MESSAGE(waymark::net::Address::parse_ip(text).has_value(), text);
                seen.insert(text);
                ++count;
            }
    }
    CHECK_EQ(count, (kMostHosts + 1) * kMostNetworks * 2);
    CHECK_EQ(seen.size(), count);
}

TEST_CASE("the longest names of interfaces fit (netdevice(7): 15 letters)") {
    for (const Host& host : plan(kMostHosts))
        for (unsigned network = 0; network < kMostNetworks; ++network)
            CHECK_LE(port_of(host.name, network).size(), 15);
}

TEST_CASE("the switch comes first and the gateway second") {
    const std::vector<Host> hosts = plan(2);
    REQUIRE_EQ(hosts.size(), 4);
    CHECK_EQ(hosts[0].name, "switch");
    CHECK_EQ(hosts[1].name, "gateway");
    CHECK_EQ(hosts[1].number, kGateway);
    CHECK_EQ(hosts[3].name, "host2");
    CHECK_EQ(hosts[3].number, 2);
}

TEST_CASE("a hosts file names each but the switch in both families") {
    CHECK_EQ(hosts_file(plan(1)),
             "127.0.0.1 localhost\n::1 localhost\n"
             "192.0.2.254 gateway\n2001:db8::254 gateway\n"
             "192.0.2.1 host1\n2001:db8::1 host1\n");
}
