#include "net/frame_control.hh"

#include <doctest/doctest.h>

#include "net/address.hh"
#include "net/frame_under_test.hh"

using namespace waymark::net;
using Test = FrameUnderTest;

TEST_CASE("an ARP message says who asks for whom") {
    const Test bytes("0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202 0000");
    const auto reading = read_arp(bytes);
    REQUIRE(reading.header);
    CHECK(reading.header->operation == 1);
    CHECK(reading.header->sender == MacAddress{2, 0, 0, 0, 0, 1});
    CHECK(Address::from_ip_bytes(reading.header->sender_ip).host_text() == "192.0.2.1");
    CHECK(reading.header->target == MacAddress{});
    CHECK(Address::from_ip_bytes(reading.header->target_ip).host_text() == "192.0.2.2");
    CHECK(reading.payload.empty());  // what follows is padding
}

TEST_CASE("an ARP message that is cut or about other addresses has no header") {
    const Test whole("0001 0800 06 04 0002 020000000001 c0000201 020000000002 c0000202");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto reading = read_arp(whole.first(size));
        CHECK_FALSE(reading.header);
        CHECK(reading.fault == Fault::cut);
    }
    for (const char* other :
         {"0006 0800 06 04", "0001 86dd 06 04", "0001 0800 08 04", "0001 0800 06 10"}) {
        CAPTURE(other);
        const auto reading = read_arp(Test(other));
        CHECK_FALSE(reading.header);
        CHECK(reading.fault == Fault::bad_length);
    }
}

TEST_CASE("echo has a number and a sequence in both families") {
    const Test bytes("80 00 0000 1234 0002 6869");
    const auto reading = read_icmpv6(bytes);
    REQUIRE(reading.header);
    CHECK(reading.header->is_echo());
    CHECK(name_of(*reading.header) == "echo request");
    CHECK(reading.header->identifier() == 0x1234);
    CHECK(reading.header->sequence() == 2);
    CHECK(reading.payload.size() == 2);
    CHECK_FALSE(read_icmp(bytes).header->is_echo());
    CHECK(name_of(*read_icmp(Test("08 00 0000 0000 0000")).header) == "echo request");
    CHECK(name_of(*read_icmp(Test("00 00 0000 0000 0000")).header) == "echo reply");
}

TEST_CASE("the two families of ICMP number their messages differently") {
    const Test unreachable("03 01 0000 0000 0000");
    CHECK(name_of(*read_icmp(unreachable).header) == "destination unreachable");
    CHECK(name_of(*read_icmpv6(unreachable).header) == "time exceeded");
    CHECK(read_icmp(unreachable).header->code == 1);
    CHECK(name_of(*read_icmpv6(Test("87 00 0000 0000 0000")).header) == "neighbour solicitation");
    CHECK(name_of(*read_icmp(Test("87 00 0000 0000 0000")).header) == "");
}

TEST_CASE("fewer than eight bytes are no ICMP message") {
    const Test whole("08 00 0000 0000 0000");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(read_icmp(whole.first(size)).fault == Fault::cut);
    CHECK_FALSE(read_icmpv6(whole.first(7)).header);
}
