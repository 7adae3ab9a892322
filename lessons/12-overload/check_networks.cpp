// Who counts as one client: networks, in both families, and how they are forgotten.

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "gate.hh"

using namespace waymark::course::check;

namespace {

constexpr GateLimits kRoomy{.soft = 100, .hard = 100, .per_network = 2, .early_drop = {}};

// Two of `first` are inside: is `second` refused for the limit of their network?
void expect_one_network(const Address& first, const Address& second, const Advice& advice) {
    GateUnderTest gate(kRoomy);
    step(first.to_string() + " twice, then " + second.to_string());
    gate.enters(first, Admission::admitted);
    gate.enters(first, Admission::admitted);
    gate.expect_count_of(second, 2, advice);
    const Entry entry = gate->enter(second);
    expect(entry.admission == Admission::refused, "what enter() says", "refused, network_limit",
           name_of(entry.admission), advice);
    expect(entry.reason == ReachedLimit::network_limit, "the reason", "network_limit",
           name_of(entry.reason), kReason);
    expect_equal(gate->networks(), 1U, "networks()", advice);
    gate.expect_empty();
}

void expect_two_networks(const Address& first, const Address& second, const Advice& advice) {
    GateUnderTest gate(kRoomy);
    step(first.to_string() + " twice, then " + second.to_string());
    gate.enters(first, Admission::admitted);
    gate.enters(first, Admission::admitted);
    gate.expect_count_of(second, 0, advice);
    Entry entry = gate->enter(second);
    expect(entry.admission == Admission::admitted, "what enter() says", "admitted",
           name_of(entry.admission) + ", " + name_of(entry.reason), advice);
    gate.slots.push_back(std::move(entry.slot));
    gate.expect_count_of(second, 1, advice);
    gate.expect_count_of(first, 2, advice);
    expect_equal(gate->networks(), 2U, "networks()", advice);
    gate.expect_empty();
}

}  // namespace

TEST_CASE("one network has only so many places") {
    for (const std::size_t limit : {1, 2, 7}) {
        step("a limit of " + show(limit) + " for each network");
        GateUnderTest gate({.soft = 50, .hard = 50, .per_network = limit, .early_drop = {}});
        for (std::size_t i = 1; i <= limit; ++i) {
            gate.enters(stranger(1), Admission::admitted);
            gate.expect_count_of(stranger(1), i, kDrift);
        }
        gate.enters(stranger(1), Admission::refused, ReachedLimit::network_limit);
        step("others come");
        for (std::size_t i = 0; i < limit; ++i) gate.enters(stranger(2), Admission::admitted);
        gate.enters(stranger(3), Admission::admitted);
        gate.enters(stranger(2), Admission::refused, ReachedLimit::network_limit);
        step("one of the first network leaves, and one of it comes");
        gate.slots.erase(gate.slots.begin());
        gate.expect_count_of(stranger(1), limit - 1, kDrift);
        gate.expect_count_of(stranger(2), limit, kDrift);
        gate.enters(stranger(1), Admission::admitted);
        gate.enters(stranger(1), Admission::refused, ReachedLimit::network_limit);
        gate.expect_empty();
    }
}

TEST_CASE("a host is one client whatever its port") {
    expect_one_network(ip("192.0.2.1", 40'000), ip("192.0.2.1", 40'001), kByPort);
    expect_one_network(ip("2001:db8::1", 40'000), ip("2001:db8::1", 40'001), kByPort);
    for (const char* here : {"127.0.0.1", "::1"})
        expect_one_network(ip(here, 40'000), ip(here, 40'001), kOfNone);
}

TEST_CASE("IPv4 addresses are clients of their own") {
    expect_two_networks(ip("192.0.2.1"), ip("192.0.2.2"), kOthers);
    expect_two_networks(ip("192.0.2.1"), ip("192.0.3.1"), kOthers);
}

TEST_CASE("a 64 of IPv6 is one client") {
    expect_one_network(ip("2001:db8::1"), ip("2001:db8::2"), kByAddress);
    expect_one_network(ip("2001:db8::1"), ip("2001:db8::ffff:ffff:ffff:ffff"), kByAddress);
    expect_two_networks(ip("2001:db8::1"), ip("2001:db8:0:1::1"), kOthers);
    expect_two_networks(ip("2001:db8::1"), ip("2001:db9::1"), kOthers);
}

TEST_CASE("a mapped address is the IPv4 address in it") {
    expect_one_network(ip("192.0.2.1"), ip("::ffff:192.0.2.1"), kMapped);
    expect_one_network(ip("::ffff:192.0.2.1"), ip("192.0.2.1"), kMapped);
    expect_two_networks(ip("::ffff:192.0.2.1"), ip("::ffff:192.0.2.2"), kMapped);
    expect_two_networks(ip("::ffff:192.0.2.1"), ip("::1"), kMapped);
}

TEST_CASE("link-local addresses count for each interface") {
    expect_two_networks(link_local(1, 2), link_local(1, 3), kInterface);
    expect_one_network(link_local(1, 2), link_local(2, 2), kByAddress);
}

TEST_CASE("a Unix peer is of no network") {
    GateUnderTest gate({.soft = 4, .hard = 5, .per_network = 1, .early_drop = {}});
    step("four Unix peers and one of IPv4; one for each network");
    const Address peer = Address::parse("unix:/run/waymark-check.sock");
    for (std::size_t i = 1; i <= 3; ++i) {
        Entry entry = gate->enter(peer);
        expect(entry.admission == Admission::admitted, "what enter() says", "admitted",
               name_of(entry.admission) + ", " + name_of(entry.reason), kUnix);
        gate.slots.push_back(std::move(entry.slot));
        gate.expect_count(i, kUnix);
        expect_equal(gate->networks(), 0U, "networks()", kUnix);
        expect_equal(gate->count_of(peer), 0U, "count_of() a Unix peer", kUnix);
    }
    gate.enters(stranger(1), Admission::wait);
    gate.enters(peer, Admission::wait);
    step("one more: the gate is full");
    gate.enters(peer, Admission::refused, ReachedLimit::hard_limit);
    step("two Unix peers leave, and two of no family (AF_UNSPEC) come");
    for (int i = 0; i < 2; ++i) {
        gate.slots.erase(gate.slots.begin());
        gate.enters(Address(), Admission::wait);
        expect_equal(gate->networks(), 1U, "networks()", kUnix);
        expect_equal(gate->count_of(Address()), 0U, "count_of() a peer of no family", kUnix);
    }
    step("a Unix peer leaves");
    gate.slots.erase(gate.slots.begin());
    gate.expect_count(4, kDrift);
    gate.expect_count_of(stranger(1), 1, kUnix);
    gate.expect_empty();
}

TEST_CASE("a network is forgotten when the last of it leaves") {
    GateUnderTest gate({.soft = 9, .hard = 9, .per_network = 2, .early_drop = {}});
    step("two of one network; one leaves");
    gate.enters(stranger(1), Admission::admitted);
    gate.enters(stranger(1), Admission::admitted);
    gate.last_leaves();
    expect_equal(gate->networks(), 1U, "networks()", kDrift);
    step("the other leaves");
    gate.last_leaves();
    expect_equal(gate->networks(), 0U, "networks()", kRemembered);
    step("a thousand networks come and go");
    for (std::size_t i = 0; i < 1000; ++i) {
        const Entry entry = gate->enter(stranger(i));
        expect(gate->networks() == 1, "networks()", "1", show(gate->networks()), kRemembered);
    }
    expect_equal(gate->networks(), 0U, "networks()", kRemembered);
    step("ask how many of a network are inside of which nobody is");
    const ConnectionGate& gate_to_look_at = *gate;
    expect_equal(gate_to_look_at.count_of(stranger(5)), 0U, "count_of()", kDrift);
    expect_equal(gate->networks(), 0U, "networks()", kRemembered);
}

TEST_CASE("who is refused leaves no network behind") {
    GateUnderTest gate({.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}});
    gate.fill(1);
    step("the gate is full; a thousand networks ask");
    for (std::size_t i = 1; i <= 1000; ++i)
        gate.enters(stranger(i), Admission::refused, ReachedLimit::hard_limit);
    expect_equal(gate->networks(), 1U, "networks()", kRemembered);
    gate.expect_empty();
}
