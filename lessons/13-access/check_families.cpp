// Both families: which rule speaks about which peer.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include "model.hh"

using namespace waymark::course::check;

namespace {

// The peer that accept(2) would give for a link-local one at this interface.
Address link_local(std::uint32_t interface) {
    sockaddr_in6 value{};
    value.sin6_family = AF_INET6;
    value.sin6_port = htons(40'000);
    value.sin6_scope_id = interface;
    ::inet_pton(AF_INET6, "fe80::7", &value.sin6_addr);
    return Address(reinterpret_cast<const sockaddr*>(&value), sizeof value);
}

Address unnamed_unix() {
    sockaddr value{};
    value.sa_family = AF_UNIX;
    return Address(&value, sizeof value.sa_family);
}

}  // namespace

TEST_CASE("a rule of one family says nothing about the other") {
    struct Row {
        const char* network;
        const char* peer;
    };
    for (const Row& row :
         {Row{"0.0.0.0/0", "2001:db8::1"}, Row{"::/0", "192.0.2.1"},
          Row{"32.1.13.184", "2001:db8::"}, Row{"32.1.0.0/16", "2001:db8::1"},
          Row{"2001:db8::/32", "32.1.13.184"}, Row{"2001:d00::/24", "32.1.13.1"},
          Row{"::/96", "0.0.0.1"}, Row{"0.0.0.1", "::1"}, Row{"::1", "0.0.0.1"},
          Row{"10.0.0.0/8", "::10.0.0.1"}, Row{"10.0.0.0/8", "64:ff9b::10.0.0.1"}}) {
        step(std::string("ask a rule for ") + row.network + " about " + row.peer);
        expect_match(row.network, peer_at(row.peer), false, kFamilies);
    }
}

TEST_CASE("a mapped peer gets the verdict of the address inside") {
    for (const char* peer : {"::ffff:127.0.0.1", "::ffff:7f00:1"}) {
        step(std::string("ask rules for 127.0.0.0/8, 127.0.0.1 and 0.0.0.0/0 about ") + peer);
        for (const char* network : {"127.0.0.0/8", "127.0.0.1", "0.0.0.0/0"})
            expect_match(network, peer_at(peer), true, kMapped);
        step("ask rules for 128.0.0.0/8 and 127.0.0.2 about it");
        for (const char* network : {"128.0.0.0/8", "127.0.0.2"})
            expect_match(network, peer_at(peer), false, kMapped);
        step("ask rules for ::/0 and ::/80, which would match it as IPv6");
        for (const char* network : {"::/0", "::/80"})
            expect_match(network, peer_at(peer), false, kMapped);
    }
}

TEST_CASE("a mapped rule is one for the network inside") {
    const char* const peers[] = {"10.1.2.3", "::ffff:10.1.2.3"};
    for (const char* peer : peers) {
        step(std::string("ask mapped rules about ") + peer);
        for (const char* network : {"::ffff:10.0.0.0/104", "::ffff:10.1.2.3", "::ffff:a01:203/128",
                                    "::ffff:0:0/96", "::ffff:10.1.2.2/127", "::ffff:8.0.0.0/101",
                                    "::FFFF:10.0.0.0/104", "0:0:0:0:0:ffff:a00:0/104"})
            expect_match(network, peer_at(peer), true, kMappedRule);
        for (const char* network :
             {"::ffff:11.0.0.0/104", "::ffff:10.1.2.4", "::ffff:10.1.2.0/127"})
            expect_match(network, peer_at(peer), false, kMappedRule);
    }
    step("ask them about addresses that are no IPv4");
    for (const char* peer : {"::1", "::10.1.2.3", "2001:db8::1"})
        expect_match("::ffff:0:0/96", peer_at(peer), false, {kFamilies, kMappedRule});
}

TEST_CASE("all is every peer") {
    for (const char* peer : {"192.0.2.1", "::1", "::ffff:192.0.2.1", "0.0.0.0", "::"}) {
        step(std::string("ask a rule for all about ") + peer);
        expect_match("all", peer_at(peer), true, kNotAll);
    }
}

TEST_CASE("only all speaks about a peer without an IP address") {
    const Address peers[] = {Address::parse("unix:/run/waymark.sock"),
                             Address::parse("unix:@waymark"), unnamed_unix(), Address()};
    for (const Address& peer : peers) {
        step("ask about a peer that is " + peer.to_string());
        if_it_crashes(kNoAddress);
        for (const char* network : {"0.0.0.0/0", "::/0", "0.0.0.0", "::"})
            expect_match(network, peer, false, kNoAddress);
        expect_match("all", peer, true, {kNotAll, kNoAddress});
    }
}

TEST_CASE("the port and the interface of a peer do not count") {
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{0, 1, 80, 65'535}) {
        step("ask about 192.0.2.7 and 2001:db8::7 from port " + std::to_string(port));
        expect_match("192.0.2.7", peer_at("192.0.2.7", port), true, kPeerParts);
        expect_match("2001:db8::/64", peer_at("2001:db8::7", port), true, kPeerParts);
    }
    for (const std::uint32_t interface : {0U, 1U, 4711U}) {
        step("ask about fe80::7 at interface " + std::to_string(interface));
        expect_match("fe80::/10", link_local(interface), true, kPeerParts);
        expect_match("fe80::7", link_local(interface), true, kPeerParts);
        expect_match("fe80::8", link_local(interface), false, kPeerParts);
    }
}
