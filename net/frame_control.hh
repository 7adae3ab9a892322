// The messages by which a network talks about itself: ARP (who has this address?), and ICMP and
// ICMPv6 (echo, errors, neighbours). Read as net/frame reads headers, by the same rules.

#pragma once

#include "net/frame.hh"

namespace waymark::net {

// RFC 826, for IPv4 over Ethernet, which is what it is used for.
struct ArpMessage {
    std::uint16_t operation = 0;  // 1: request, 2: reply
    MacAddress sender = {};
    std::array<std::uint8_t, 4> sender_ip = {};
    MacAddress target = {};  // means nothing in a request
    std::array<std::uint8_t, 4> target_ip = {};
};

// RFC 792 and RFC 4443. Their numbers are two lists: echo is 8 and 0 in the one, 128 and 129 in the
// other.
struct IcmpMessage {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t rest = 0;  // the second four bytes; what they are depends on the type
    bool v6 = false;

    bool is_echo() const { return v6 ? type == 128 || type == 129 : type == 8 || type == 0; }
    // Of an echo: which ping(8), and which of its questions.
    std::uint16_t identifier() const { return static_cast<std::uint16_t>(rest >> 16); }
    std::uint16_t sequence() const { return static_cast<std::uint16_t>(rest & 0xffff); }
};

// Messages about other kinds of addresses are given without a header, as bad_length.
Reading<ArpMessage> read_arp(Bytes message);

// The payload is what follows the first eight bytes. Of an error: the packet that it is about.
Reading<IcmpMessage> read_icmp(Bytes message);
Reading<IcmpMessage> read_icmpv6(Bytes message);

// "echo request", "time exceeded", "neighbour solicitation"; empty for a type without a name here.
std::string_view name_of(const IcmpMessage& message);

}  // namespace waymark::net
