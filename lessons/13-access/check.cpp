// The check of lesson 13, from one address to whole lists. Here: which peers one rule matches.
// check_families.cpp has both families and mapped addresses, check_order.cpp lists of several
// rules, check_refused.cpp what is refused, and with which words.

#include <doctest/doctest.h>

#include "model.hh"

using namespace waymark::course::check;

namespace {

struct Row {
    const char* network;
    const char* peer;
};

}  // namespace

TEST_CASE("an address alone is one address") {
    step("read \"allow 192.0.2.7\", and ask about 192.0.2.7");
    expect_match("192.0.2.7", peer_at("192.0.2.7"), true, {kWrongEnd, kShift});
    step("ask about the addresses beside it, and about one that differs in its first bit");
    for (const char* peer : {"192.0.2.6", "192.0.2.8", "64.0.2.7"})
        expect_match("192.0.2.7", peer_at(peer), false, {kWrongEnd, kShift, kOffByOne});
    step("the same for 2001:db8::7");
    expect_match("2001:db8::7", peer_at("2001:db8::7"), true, {kLongMask, kWrongEnd});
    for (const char* peer : {"2001:db8::6", "2001:db8::8", "2001:db8:0:0:8000::7"})
        expect_match("2001:db8::7", peer_at(peer), false, {kLongMask, kOffByOne, kShift});
}

TEST_CASE("nobody is let in or turned away without a rule") {
    for (const char* peer : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "10.0.0.1",
                             "169.254.1.1", "fe80::1", "255.255.255.255", "8.8.8.8"}) {
        step(std::string("ask lists of no rules about ") + peer);
        expect_verdict(AccessList(Access::deny), peer_at(peer), Access::deny, "default",
                       {kTrusted, kDefault});
        expect_verdict(AccessList(Access::allow), peer_at(peer), Access::allow, "default",
                       kDefault);
        step("ask a list of deny all");
        expect_verdict(list_of("deny all\n", Access::allow), peer_at(peer), Access::deny,
                       "deny all", {kNotAll, kTrusted});
    }
}

TEST_CASE("an address is no text") {
    for (const Row& row : {Row{"192.0.2.7", "192.0.2.70"}, Row{"192.168.1.0/24", "192.168.10.1"},
                           Row{"192.168.1.0/24", "192.168.100.1"}, Row{"10.1.0.0/16", "10.10.0.1"},
                           Row{"10.0.0.0/8", "100.0.0.1"}, Row{"2001:db8::/32", "2001:db80::1"}}) {
        step(std::string("ask a rule for ") + row.network + " about " + row.peer);
        expect_match(row.network, peer_at(row.peer), false, kText);
    }
    for (const Row& row :
         {Row{"2001:db8::/32", "2001:0db8:1::"}, Row{"2001:db8:0:0:1::/80", "2001:db8::1:2:3:4"},
          Row{"192.168.0.0/16", "192.168.1.1"}}) {
        step(std::string("ask a rule for ") + row.network + " about " + row.peer);
        expect_match(
            row.network, peer_at(row.peer), true,
            row.network[0] == '2' ? Causes{kLongMask, kText} : Causes{kWrongEnd, kShift, kText});
    }
}

TEST_CASE("each mask of IPv4 has so many bits") {
    step(
        "ask rules of /0 to /32 about their first and last address, those beside them, and each "
        "that differs in one bit");
    may_use(std::chrono::seconds(20));  // for who compares in an odd and slow way
    Sweep sweep;
    for (const Bytes& start : {Bytes{192, 0, 2, 77}, Bytes{0, 0, 0, 0}, Bytes{255, 255, 255, 255},
                               Bytes{10, 129, 64, 3}, Bytes{128, 1, 128, 1}})
        for (unsigned bits = 0; bits <= 32; ++bits) sweep.ask(start, bits);
    sweep.expect_all_right();
}

TEST_CASE("each mask of IPv6 has so many bits") {
    step(
        "ask rules of /0 to /128 about their first and last address, those beside them, and each "
        "that differs in one bit");
    may_use(std::chrono::seconds(20));  // for who compares in an odd and slow way
    Sweep sweep;
    const Bytes documentation{0x20, 0x01, 0x0d, 0xb8, 0x81, 0x42, 0x24, 0x18,
                              0xff, 0,    0x55, 0xaa, 1,    2,    0x80, 0x01};
    for (unsigned bits = 0; bits <= 128; ++bits) sweep.ask(documentation, bits);
    for (const Bytes& start : {Bytes(16, 0xff), Bytes(16, 0x24)})
        for (const unsigned bits :
             {0U, 1U, 7U, 8U, 9U, 31U, 32U, 33U, 63U, 64U, 65U, 95U, 97U, 127U, 128U})
            sweep.ask(start, bits);
    sweep.expect_all_right();
}

TEST_CASE("a mask of no bits is everybody of its family") {
    step("ask a rule for 0.0.0.0/0 about addresses of IPv4");
    for (const char* peer : {"0.0.0.0", "127.0.0.1", "192.0.2.1", "255.255.255.255"})
        expect_match("0.0.0.0/0", peer_at(peer), true, kShift);
    step("ask a rule for ::/0 about addresses of IPv6");
    for (const char* peer : {"::", "::1", "2001:db8::1", "ffff::1"})
        expect_match("::/0", peer_at(peer), true, kShift);
}
