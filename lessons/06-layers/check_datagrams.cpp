// UDP: eight bytes, and a length that may be another one than that of the packet.

#include <doctest/doctest.h>

#include "reading_seen.hh"

using namespace waymark::net;
using namespace waymark::course::check;

TEST_CASE("a UDP header has its fields and its own length") {
    step("read a datagram of eight bytes");
    const auto reading = read_with(read_udp, Test(kUdpHeader + kEight));
    const UdpHeader header = header_of(reading, kAllOrNothing);
    expect_equal(header.source_port, 40000, "the source's port", {kFields, kHostOrder});
    expect_equal(header.destination_port, 53, "the destination's port", {kFields, kHostOrder});
    expect_equal(header.total_bytes, 16, "the length", kFields);
    expect_payload(reading, kEight, kFields);
    expect_fault(reading, Fault::none, kReason);
    step("read one whose length is 11, with eight bytes behind the header");
    const auto shorter = read_with(read_udp, Test(with(kUdpHeader, "0010", "000b") + kEight));
    expect_payload(shorter, "a1a2a3", kUdpLength);
    expect_fault(shorter, Fault::none, kReason);
    step("read one whose length is 8: it carries nothing, and that is allowed");
    const auto empty = read_with(read_udp, Test(with(kUdpHeader, "0010", "0008") + kEight));
    expect_fault(empty, Fault::none, kTooSmall);
    expect_payload(empty, "", kUdpLength);
}

TEST_CASE("the length of UDP may be wrong or beyond the end") {
    step("read a datagram whose length is 65535, with eight bytes behind the header");
    const auto cut = read_with(read_udp, Test(with(kUdpHeader, "0010", "ffff") + kEight));
    header_of(cut, kAllOrNothing);
    expect_cut_payload(cut, kEight);
    expect_fault(cut, Fault::cut, {kTrusted, kReason});
    for (const char* length : {"0007", "0000"}) {
        step(std::string("read one whose length is ") + length + ", less than the header itself");
        const auto small =
            read_with(read_udp, Test(with(kUdpHeader, "0010", length) + kEight), kTooSmall);
        expect_equal(header_of(small, kAllOrNothing).destination_port, 53, "the destination's port",
                     kLeftOut);
        expect_fault(small, Fault::bad_length, below_header(length, small));
        expect_payload(small, "", kBehindFault);
    }
    step("read 7 bytes of a datagram");
    expect_no_header(read_with(read_udp, Test(kUdpHeader).first(7)), Fault::cut, kPastEnd);
}
