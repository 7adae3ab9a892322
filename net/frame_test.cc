#include "net/frame.hh"

#include <doctest/doctest.h>

#include <string>

#include "net/address.hh"
#include "net/frame_under_test.hh"

using namespace waymark::net;
using Test = FrameUnderTest;

namespace {

const std::string kMacs = "020000000002 020000000001 ";
const std::string kIpv4 = "45 b8 001c 1234 4000 40 11 0000 c0000201 c0000202 ";  // 28 in all
const std::string kIpv6 =
    "6 b8 12345 0008 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002 ";
const std::string kTcp = "9c40 0050 fffffffe 01020304 5 0 12 fa00 0000 0000 ";
const std::string kUdp = "9c40 0035 0008 0000 ";

// An IPv6 header with another payload length and first next header.
std::string ipv6(const char* length, const char* next) {
    std::string text = kIpv6;
    return text.replace(text.find("0008 11"), 7, std::string(length) + next);
}

// What is seen, in a word: "17 cut 4", protocol or type, fault, bytes of payload.
template <class Header>
std::string seen(const Reading<Header>& reading, int number) {
    return (reading.header ? std::to_string(number) : "none") + " " +
           std::string(to_string(reading.fault)) + " " + std::to_string(reading.payload.size());
}

std::string ethernet_seen(const std::string& hex) {
    const Test bytes(hex);
    const auto reading = read_ethernet(bytes);
    return seen(reading, reading.header ? reading.header->type : 0);
}

std::string ipv4_seen(const std::string& hex) {
    const Test bytes(hex);
    const auto reading = read_ipv4(bytes);
    return seen(reading, reading.header ? reading.header->protocol : 0);
}

std::string ipv6_seen(const std::string& hex) {
    const Test bytes(hex);
    const auto reading = read_ipv6(bytes);
    return seen(reading, reading.header ? reading.header->protocol : 0);
}

}  // namespace

TEST_CASE("numbers are in network byte order and at any address") {
    const Test bytes("00 12 34 56 78 9a");
    CHECK(two_bytes(bytes, 1) == 0x1234);
    CHECK(two_bytes(bytes, 2) == 0x3456);
    CHECK(four_bytes(bytes, 1) == 0x12345678);
    CHECK(four_bytes(bytes, 2) == 0x3456789a);
    CHECK(four_bytes(Test("ff ff ff fe"), 0) == 0xfffffffe);
}

TEST_CASE("an Ethernet header has its addresses, its tags and its type") {
    const Test bytes(kMacs + "88a8 6064 8100 b00a 0800 aabb");
    const auto reading = read_ethernet(bytes);
    REQUIRE(reading.header);
    CHECK(reading.header->destination == MacAddress{2, 0, 0, 0, 0, 2});
    CHECK(reading.header->source == MacAddress{2, 0, 0, 0, 0, 1});
    CHECK(reading.header->tags == std::vector<VlanTag>{{3, false, 100}, {5, true, 10}});
    CHECK(reading.header->type == kEtherIpv4);
    CHECK(reading.payload.size() == 2);
}

TEST_CASE("frames of Ethernet and how far they can be read") {
    CHECK(ethernet_seen("") == "none cut 0");
    CHECK(ethernet_seen(kMacs + "08") == "none cut 0");
    CHECK(ethernet_seen(kMacs + "0800") == "2048 none 0");
    CHECK(ethernet_seen(kMacs + "8100") == "33024 cut 0");
    CHECK(ethernet_seen(kMacs + "8100 0001 08") == "33024 cut 0");
    CHECK(ethernet_seen(kMacs + "8100 0001 0800") == "2048 none 0");
    CHECK(ethernet_seen(kMacs + "9100 0001 0806 00") == "2054 none 1");
    CHECK(ethernet_seen(kMacs + "0003 4242 03 00000000") == "3 none 3");
    CHECK(ethernet_seen(kMacs + "0000 4242") == "0 none 0");
    CHECK(ethernet_seen(kMacs + "05dc 4242") == "1500 cut 2");
    CHECK(ethernet_seen(kMacs + "05dd 4242") == "1501 none 2");
    const std::string four = "8100 0001 8100 0002 8100 0003 8100 0004 ";
    CHECK(ethernet_seen(kMacs + four + "0800 00") == "2048 none 1");
    CHECK(ethernet_seen(kMacs + four + "8100 0005 0800 00") == "33024 too many 0");
    CHECK(ethernet_seen(kMacs + four + "8100") == "33024 too many 0");
}

TEST_CASE("an IPv4 header has all its fields") {
    const Test bytes(kIpv4 + kUdp);
    const auto reading = read_ipv4(bytes);
    REQUIRE(reading.header);
    const Ipv4Header& header = *reading.header;
    CHECK(header.header_bytes == 20);
    CHECK(header.traffic_class == 0xb8);
    CHECK(header.total_bytes == 28);
    CHECK(header.dont_fragment);
    CHECK(header.fragment == FragmentInfo{0x1234, 0, false});
    CHECK(header.time_to_live == 64);
    CHECK(header.protocol == 17);
    CHECK(Address::from_ip_bytes(header.source).host_text() == "192.0.2.1");
    CHECK(Address::from_ip_bytes(header.destination).host_text() == "192.0.2.2");
    CHECK(header.options.empty());
    CHECK(reading.payload.size() == 8);
}

TEST_CASE("the offset of a piece is counted in eights and its flags stand beside it") {
    const auto fragment_of = [](const char* field) {
        std::string text = kIpv4;
        const Test bytes(text.replace(text.find("4000"), 4, field));
        return read_ipv4(bytes).header.value();
    };
    CHECK(fragment_of("2000").fragment == FragmentInfo{0x1234, 0, true});
    CHECK(fragment_of("2001").fragment == FragmentInfo{0x1234, 8, true});
    CHECK(fragment_of("00b9").fragment == FragmentInfo{0x1234, 1480, false});
    CHECK(fragment_of("1fff").fragment == FragmentInfo{0x1234, 65528, false});
    CHECK(fragment_of("8000").fragment == FragmentInfo{0x1234, 0, false});
    CHECK_FALSE(fragment_of("a000").dont_fragment);
}

TEST_CASE("packets of IPv4 and how far they can be read") {
    const auto packet = [](const char* version_and_length, const char* total) {
        std::string text = kIpv4;
        text.replace(text.find("45"), 2, version_and_length);
        return text.replace(text.find("001c"), 4, total);
    };
    CHECK(ipv4_seen("") == "none cut 0");
    CHECK(ipv4_seen("45") == "none cut 0");
    CHECK(ipv4_seen("65") == "none bad version 0");
    CHECK(ipv4_seen(kIpv4) == "17 cut 0");
    CHECK(ipv4_seen(kIpv4 + "0102") == "17 cut 2");
    CHECK(ipv4_seen(kIpv4 + kUdp) == "17 none 8");
    CHECK(ipv4_seen(kIpv4 + kUdp + "0000 0000") == "17 none 8");
    CHECK(ipv4_seen(packet("46", "001c") + "01010100" + "11223344") == "17 none 4");
    CHECK(ipv4_seen(packet("46", "001c") + "0101") == "17 cut 0");
    CHECK(ipv4_seen(packet("46", "0018") + "01010100" + "ffff") == "17 none 0");
    CHECK(ipv4_seen(packet("44", "001c") + kUdp) == "17 bad length 0");
    CHECK(ipv4_seen(packet("40", "001c") + kUdp) == "17 bad length 0");
    CHECK(ipv4_seen(packet("45", "0013") + kUdp) == "17 bad length 0");
    CHECK(ipv4_seen(packet("45", "0000") + kUdp) == "17 bad length 0");
    CHECK(ipv4_seen(packet("45", "0014") + kUdp) == "17 none 0");
    CHECK(ipv4_seen(packet("45", "ffff") + kUdp) == "17 cut 8");
    CHECK(ipv4_seen(packet("46", "0017") + "01010100") == "17 bad length 0");
    const Test options(packet("46", "001c") + "01020300" + "11223344");
    CHECK(read_ipv4(options).header->options.size() == 4);
    CHECK(read_ipv4(options).header->options[2] == 3);
    CHECK(read_ipv4(options.first(22)).header->options.size() == 2);
}

TEST_CASE("an IPv6 header has all its fields") {
    const Test bytes(kIpv6 + kUdp);
    const auto reading = read_ipv6(bytes);
    REQUIRE(reading.header);
    const Ipv6Header& header = *reading.header;
    CHECK(header.traffic_class == 0xb8);
    CHECK(header.flow_label == 0x12345);
    CHECK(header.payload_bytes == 8);
    CHECK(header.hop_limit == 64);
    CHECK(Address::from_ip_bytes(header.source).host_text() == "2001:db8::1");
    CHECK(Address::from_ip_bytes(header.destination).host_text() == "2001:db8::2");
    CHECK(header.extensions.empty());
    CHECK_FALSE(header.fragment);
    CHECK(header.protocol == 17);
}

TEST_CASE("extension headers are walked through, each by its own length") {
    const Test bytes(ipv6("0038", "00") + "2b00 0000 00000000" +
                     "3c01 0000 00000000 0000000000000000" + "3300 0000 00000000" +
                     "2c01 0000 00000000 000000"
                     "00" +
                     "1100 0001 0000abcd" + kUdp);
    const auto reading = read_ipv6(bytes);
    REQUIRE(reading.header);
    CHECK(reading.header->extensions == std::vector<std::uint8_t>{kHopByHop, kRouting,
                                                                  kDestinationOptions,
                                                                  kAuthentication, kFragment});
    CHECK(reading.header->fragment == FragmentInfo{0xabcd, 0, true});
    CHECK(reading.header->protocol == 17);
    CHECK(reading.fault == Fault::none);
    CHECK(reading.payload.size() == 0x38 - 8 - 16 - 8 - 12 - 8);
}

TEST_CASE("packets of IPv6 and how far they can be read") {
    const std::string hop = "1100 0104 00000000 ", end = "3b00 0000 00000000 ";
    CHECK(ipv6_seen("") == "none cut 0");
    CHECK(ipv6_seen("45") == "none bad version 0");
    CHECK(ipv6_seen("6000") == "none cut 0");
    CHECK(ipv6_seen(kIpv6) == "17 cut 0");
    CHECK(ipv6_seen(kIpv6 + "0102") == "17 cut 2");
    CHECK(ipv6_seen(kIpv6 + kUdp + "0000") == "17 none 8");
    CHECK(ipv6_seen(ipv6("0010", "00") + hop + kUdp) == "17 none 8");
    CHECK(ipv6_seen(ipv6("0010", "00") + hop) == "17 cut 0");
    CHECK(ipv6_seen(ipv6("0010", "00") + "1100 0104 0000") == "0 cut 0");
    CHECK(ipv6_seen(ipv6("0010", "00")) == "0 cut 0");
    CHECK(ipv6_seen(ipv6("0010", "00") + "11") == "0 cut 0");
    CHECK(ipv6_seen(ipv6("0004", "00") + hop + kUdp) == "0 bad length 0");
    CHECK(ipv6_seen(ipv6("0008", "00") + "1101 0104 00000000" + kUdp) == "0 bad length 0");
    CHECK(ipv6_seen(ipv6("0000", "00") + hop + kUdp) == "0 bad length 0");
    CHECK(ipv6_seen(ipv6("0010", "3c") + end + kUdp) == "59 none 8");
    CHECK(ipv6_seen(ipv6("0008", "32") + kUdp) == "50 none 8");
    CHECK(ipv6_seen(ipv6("0008", "fd") + kUdp) == "253 none 8");
    // The middle of something: what looks like an extension header is none.
    CHECK(ipv6_seen(ipv6("0010", "2c") + "3c00 0008 0000abcd" + hop) == "60 none 8");
    CHECK(ipv6_seen(ipv6("0010", "2c") + "3cff 0000 0000abcd" + hop) == "17 none 0");
    std::string many;
    for (int i = 0; i < 16; ++i) many += "3c00 0104 00000000 ";
    CHECK(ipv6_seen(ipv6("0088", "3c") + many + hop) == "60 too many 0");
    CHECK(ipv6_seen(ipv6("0088", "3c") + many.substr(19) + hop + kUdp) == "17 none 8");
}

TEST_CASE("a TCP header has all its fields and its options are skipped") {
    const Test bytes(std::string("9c40 0050 fffffffe 01020304 6 0 12 fa00 0000 0000 ") +
                     "020405b4" + "474554");
    const auto reading = read_tcp(bytes);
    REQUIRE(reading.header);
    const TcpHeader& header = *reading.header;
    CHECK(header.source_port == 40000);
    CHECK(header.destination_port == 80);
    CHECK(header.sequence == 0xfffffffe);
    CHECK(header.acknowledgement == 0x01020304);
    CHECK(header.header_bytes == 24);
    CHECK(header.flags == TcpFlags{.syn = true, .ack = true});
    CHECK(header.window == 64000);
    CHECK(header.options.size() == 4);
    CHECK(reading.payload.size() == 3);
    CHECK(reading.payload[0] == 'G');
}

TEST_CASE("every flag of TCP is a bit of its own") {
    const auto flags_of = [](const char* bits) {
        std::string text = kTcp;
        const Test bytes(text.replace(text.find("0 12"), 4, bits));
        return read_tcp(bytes).header.value().flags;
    };
    CHECK(flags_of("0 01") == TcpFlags{.fin = true});
    CHECK(flags_of("0 02") == TcpFlags{.syn = true});
    CHECK(flags_of("0 04") == TcpFlags{.rst = true});
    CHECK(flags_of("0 08") == TcpFlags{.psh = true});
    CHECK(flags_of("0 10") == TcpFlags{.ack = true});
    CHECK(flags_of("0 20") == TcpFlags{.urg = true});
    CHECK(flags_of("0 40") == TcpFlags{.ece = true});
    CHECK(flags_of("0 80") == TcpFlags{.cwr = true});
    CHECK(flags_of("f 00") == TcpFlags{});
}

TEST_CASE("segments and datagrams and how far they can be read") {
    const auto tcp_seen = [](const char* offset, const char* behind) {
        std::string text = kTcp;
        const Test bytes(text.replace(text.find("5 0 12"), 1, offset) + behind);
        const auto reading = read_tcp(bytes);
        return seen(reading, reading.header ? reading.header->header_bytes : 0);
    };
    CHECK(tcp_seen("5", "") == "20 none 0");
    CHECK(tcp_seen("5", "474554") == "20 none 3");
    CHECK(tcp_seen("f", "474554") == "60 cut 0");
    CHECK(tcp_seen("4", "474554") == "16 bad length 0");
    CHECK(tcp_seen("0", "474554") == "0 bad length 0");
    CHECK(seen(read_tcp(Test(kTcp).first(19)), 0) == "none cut 0");
    const auto udp_seen = [](const std::string& hex) {
        const Test bytes(hex);
        const auto reading = read_udp(bytes);
        return seen(reading, reading.header ? reading.header->total_bytes : 0);
    };
    CHECK(udp_seen("9c40 0035 0008 00") == "none cut 0");
    CHECK(udp_seen("9c40 0035 0008 0000") == "8 none 0");
    CHECK(udp_seen("9c40 0035 000a 0000 0102 0304") == "10 none 2");
    CHECK(udp_seen("9c40 0035 ffff 0000 0102 0304") == "65535 cut 4");
    CHECK(udp_seen("9c40 0035 0007 0000 0102") == "7 bad length 0");
    CHECK(udp_seen("9c40 0035 0000 0000 0102") == "0 bad length 0");
}
