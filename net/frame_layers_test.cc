#include "net/frame_layers.hh"

#include <doctest/doctest.h>

#include <string>

#include "net/frame_under_test.hh"

using namespace waymark::net;
using Test = FrameUnderTest;

namespace {

const std::string kEthernet = "020000000002 020000000001 ";
const std::string kIpv4Udp = "45 00 0020 1234 4000 40 11 0000 c0000201 c0000202 ";
const std::string kUdp = "9c40 0035 000c 0000 68690d0a ";

// Every header as a line, then the data, and what is wrong: the lines that a program would print.
std::string lines_of(const Layers& layers) {
    std::string lines;
    for (const Layer& layer : layers.headers) lines += to_string(layer) + "\n";
    lines += "data " + data_text(layers.data, 10);
    if (layers.is_piece) lines += " (a piece)";
    if (layers.fault != Fault::none) lines += " (" + std::string(to_string(layers.fault)) + ")";
    return lines;
}

std::string frame_lines(const std::string& hex) {
    const Test bytes(hex);
    return lines_of(read_frame(bytes));
}

std::string packet_lines(const std::string& hex) {
    const Test bytes(hex);
    return lines_of(read_ip_packet(bytes));
}

std::string with(std::string text, const char* from, const char* to) {
    return text.replace(text.find(from), std::string(from).size(), to);
}

}  // namespace

TEST_CASE("a datagram is read through three layers and its padding is not data") {
    CHECK(frame_lines(kEthernet + "8100 0007 0800" + kIpv4Udp + kUdp + "00000000") ==
          "Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, vlan 7, type 0x0800\n"
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17\n"
          "UDP 40000 > 53, 12 bytes\n"
          "data 4 bytes: hi\\x0d\\x0a");
}

TEST_CASE("a segment over IPv6 is found behind the extension headers") {
    CHECK(frame_lines(kEthernet + "86dd" + "60000000 0020 00 40" +
                      "20010db8000000000000000000000001 20010db8000000000000000000000002" +
                      "0600 0104 00000000" +
                      "9c40 0050 00000001 00000002 5012 fa00 0000 0000 78797a7b") ==
          "Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x86dd\n"
          "IPv6 2001:db8::1 > 2001:db8::2, hop limit 64, extensions 0, protocol 6\n"
          "TCP 40000 > 80, SYN ACK, seq 1, ack 2, window 64000\n"
          "data 4 bytes: xyz{");
}

TEST_CASE("ARP and ICMP are layers too") {
    CHECK(frame_lines(kEthernet + "0806" +
                      "0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202") ==
          "Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x0806\n"
          "ARP request, 192.0.2.1 (02:00:00:00:00:01) asks for 192.0.2.2\n"
          "data 0 bytes");
    CHECK(packet_lines(with(with(kIpv4Udp, "11", "01"), "0020", "001e") +
                       "08 00 0000 0001 0002 6869") ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 1\n"
          "ICMP echo request, id 1, sequence 2\n"
          "data 2 bytes: hi");
}

TEST_CASE("of a packet in pieces only the first has a header and neither is cut") {
    CHECK(packet_lines(with(kIpv4Udp, "4000", "2000") + with(kUdp, "000c", "0400")) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17, piece of 0x1234 from byte 0, more "
          "follow\n"
          "UDP 40000 > 53, 1024 bytes\n"
          "data 4 bytes: hi\\x0d\\x0a (a piece)");
    CHECK(packet_lines(with(kIpv4Udp, "4000", "0002") + kUdp) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17, piece of 0x1234 from byte 16, the "
          "last\n"
          "data 12 bytes: \\x9c@\\x005\\x00\\x0c\\x00\\x00hi... (a piece)");
}

TEST_CASE("a piece is one also where nothing can be read behind what says so") {
    // The last extension header says that it is longer than the packet.
    CHECK(packet_lines("60000000 0010 2c 40 20010db8000000000000000000000001" +
                       std::string("20010db8000000000000000000000002 3c00 0001 00001234") +
                       "1105 0104 00000000") ==
          "IPv6 2001:db8::1 > 2001:db8::2, hop limit 64, extensions 44, protocol 60, piece of "
          "0x1234 from byte 0, more follow\n"
          "data 0 bytes (a piece) (bad length)");
    CHECK(packet_lines(with(with(kIpv4Udp, "4000", "2000"), "45", "44") + kUdp) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17, piece of 0x1234 from byte 0, more "
          "follow\n"
          "data 0 bytes (a piece) (bad length)");
}

TEST_CASE("a fault is told with what could be read before it") {
    CHECK(frame_lines("") == "data 0 bytes (cut)");
    CHECK(frame_lines(kEthernet + "0800 65") ==
          "Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x0800\n"
          "data 1 bytes: e (bad version)");
    CHECK(packet_lines(with(kIpv4Udp, "45", "44") + kUdp) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17\n"
          "data 0 bytes (bad length)");
    CHECK(packet_lines(kIpv4Udp + "9c40 0035") ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17\n"
          "data 4 bytes: \\x9c@\\x005 (cut)");
    CHECK(packet_lines(kIpv4Udp + with(kUdp, "68690d0a", "6869")) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17\n"
          "UDP 40000 > 53, 12 bytes\n"
          "data 2 bytes: hi (cut)");
    CHECK(packet_lines(kIpv4Udp + with(kUdp, "000c", "0007")) ==
          "IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 17\n"
          "UDP 40000 > 53, 7 bytes\n"
          "data 0 bytes (bad length)");
    CHECK(packet_lines("") == "data 0 bytes (cut)");
    CHECK(packet_lines("7500") == "data 2 bytes: u\\x00 (bad version)");
}

TEST_CASE("what is not known is data") {
    CHECK(frame_lines(kEthernet + "88cc 0102") ==
          "Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x88cc\n"
          "data 2 bytes: \\x01\\x02");
    CHECK(packet_lines(with(kIpv4Udp, "11", "2f") + kUdp)
              .ends_with("protocol 47\ndata 12 bytes: \\x9c@\\x005\\x00\\x0c\\x00\\x00hi..."));
}

TEST_CASE("no more than three headers are found however deep the bytes go") {
    const Test tunnel(kEthernet + "0800" + with(kIpv4Udp, "11", "04") + kIpv4Udp + kUdp);
    CHECK(read_frame(tunnel).headers.size() == 2);
    const Test datagram(kEthernet + "0800" + kIpv4Udp + kUdp);
    CHECK(read_frame(datagram).headers.size() == 3);
}

TEST_CASE("data cannot write into a line") {
    CHECK(data_text(Test("1b5b334a 0a ff 5c"), 99) == "7 bytes: \\x1b[3J\\x0a\\xff\\x5c");
    CHECK(data_text(Test("4142"), 0) == "2 bytes");
    CHECK(data_text(Test("4142"), 1) == "2 bytes: A...");
}
