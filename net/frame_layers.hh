// A whole frame, layer by layer, the outermost first; and each layer as a line of text. What a
// layer carries is read by the next one as long as it is one that we know: Ethernet, ARP, IPv4,
// IPv6, ICMP, ICMPv6, TCP, UDP. The rest is data, and so is every piece of a packet but its first.

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "net/frame.hh"
#include "net/frame_control.hh"

namespace waymark::net {

using Layer = std::variant<EthernetHeader, ArpMessage, Ipv4Header, Ipv6Header, IcmpMessage,
                           TcpHeader, UdpHeader>;

struct Layers {
    std::vector<Layer> headers = {};  // outermost first, those that could be read: at most three
    Bytes data = {};                  // what the innermost of them carries
    Fault fault = Fault::none;        // why the next header, or a part of the data, is missing
    // Part of a packet that was sent in pieces. There is more than the data here, and in all pieces
    // but the first there is no header of TCP or UDP.
    bool is_piece = false;
};

// `frame` as net/frame's read_ethernet takes it. The result points into it: it must live as long.
Layers read_frame(Bytes frame);
// The same for a link without a header of its own: the bytes begin with an IP packet of either
// version.
Layers read_ip_packet(Bytes packet);

// One line without a line end:
//     Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, vlan 7, type 0x0800
//     ARP request, 192.0.2.1 (02:00:00:00:00:01) asks for 192.0.2.2
//     IPv4 192.0.2.1 > 192.0.2.2, ttl 64, protocol 6
//     IPv6 2001:db8::1 > 2001:db8::2, hop limit 64, extensions 0 43, protocol 17
//     TCP 40000 > 80, SYN ACK, seq 1, ack 2, window 64240
//     UDP 40000 > 53, 30 bytes
//     ICMP echo request, id 1, sequence 1
// Everything in it is a number or a word of ours: a peer cannot write into it.
std::string to_string(const Layer& layer);

// "16 bytes: GET / HTTP/1.0\x0d\x0a", at most `most` of them, and "..." where there are more.
// Control characters and bytes beyond ASCII, and backslashes, stand as \x0d. With none to show
// "16 bytes" is all.
std::string data_text(Bytes data, std::size_t most);

}  // namespace waymark::net
