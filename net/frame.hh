// The headers of one frame, as values: Ethernet with VLAN tags, IPv4, IPv6 with its extension
// headers, TCP, UDP. Bytes in, values out; no socket is here. net/frame_control has ARP and ICMP,
// net/frame_layers puts all of them together.
//
// Bytes from a network are anybody's. How many there are is said twice: by whoever captured them
// (the span) and by the lengths in the headers. The smaller one wins: a length in a header is a
// claim of the sender, and what is behind it, the padding of a short frame, is no payload. Bad
// bytes throw nothing: what could be read is given, and with it why the rest could not.
//
// What is refused: to verify checksums. A network card puts them in after the capture, and on
// loopback nobody does.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace waymark::net {

using Bytes = std::span<const std::uint8_t>;

// Why a header, or a part of what it carries, is missing.
enum class Fault {
    none,
    cut,          // the bytes end before it does
    bad_length,   // a length in the header is smaller than the header, or than it may be
    bad_version,  // an IP header of another version
    too_many,     // more VLAN tags or extension headers than anybody needs
};

// In a word or two: "cut", "bad length"; "none".
std::string_view to_string(Fault fault);

// Numbers in network byte order: the first byte is worth most (RFC 791, appendix B). `bytes` must
// have them at `at`; any address will do, odd ones too.
std::uint16_t two_bytes(Bytes bytes, std::size_t at);
std::uint32_t four_bytes(Bytes bytes, std::size_t at);

// An address, say. `bytes` must have `size` bytes at `at`.
template <std::size_t size>
std::array<std::uint8_t, size> array_at(Bytes bytes, std::size_t at) {
    std::array<std::uint8_t, size> copy;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, copy.begin());
    return copy;
}

// What the reader of a header gives. Without `header` the fault says why there is none. With a
// header, `payload` is what it carries, as far as it can be told and is there: empty behind
// bad_length and too_many; behind cut, what is left of it. `payload` points into the bytes that
// were read.
template <class Header>
struct Reading {
    std::optional<Header> header = {};
    Bytes payload = {};
    Fault fault = Fault::none;
};

using MacAddress = std::array<std::uint8_t, 6>;

// IEEE 802.1Q: priority, drop eligible, and the number of the VLAN.
struct VlanTag {
    std::uint8_t priority = 0;  // 0 to 7
    bool drop_eligible = false;
    std::uint16_t id = 0;  // 0 to 4095
    friend bool operator==(const VlanTag&, const VlanTag&) = default;
};

// The types that are read further (IANA, "IEEE 802 Numbers").
inline constexpr std::uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86DD;
// Those that say "a tag follows": IEEE 802.1Q, 802.1ad, and what was in use before the latter.
inline constexpr std::uint16_t kEtherVlan = 0x8100, kEtherServiceVlan = 0x88A8,
                               kEtherOldServiceVlan = 0x9100;
inline constexpr std::size_t kMostVlanTags = 4;

struct EthernetHeader {
    MacAddress destination = {};
    MacAddress source = {};
    std::vector<VlanTag> tags = {};  // outermost first
    // Of what follows the tags. 1500 or less is no type: it is the length of the payload
    // (IEEE 802.3), and what follows says itself what it is.
    std::uint16_t type = 0;
};

// The numbers of protocols and of extension headers are one list (IANA, "Protocol Numbers").
inline constexpr std::uint8_t kProtocolIcmp = 1, kProtocolTcp = 6, kProtocolUdp = 17,
                              kProtocolIcmpv6 = 58;
inline constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kEncrypted = 50,
                              kAuthentication = 51, kNoNextHeader = 59, kDestinationOptions = 60,
                              kMobility = 135, kHostIdentity = 139, kShim6 = 140;
inline constexpr std::size_t kMostExtensions = 16;

// A piece of a packet that was too long for a link.
struct FragmentInfo {
    std::uint32_t identification = 0;
    std::uint16_t offset = 0;  // in bytes, where the payload belongs
    bool more = false;         // another piece follows this one
    friend bool operator==(const FragmentInfo&, const FragmentInfo&) = default;
};

struct Ipv4Header {
    std::uint8_t header_bytes = 0;   // IHL times four: 20 to 60, or less behind bad_length
    std::uint8_t traffic_class = 0;  // DSCP and ECN (RFC 2474, RFC 3168)
    std::uint16_t total_bytes = 0;   // header and payload, as the sender says
    bool dont_fragment = false;
    FragmentInfo fragment = {};
    std::uint8_t time_to_live = 0;
    std::uint8_t protocol = 0;
    std::array<std::uint8_t, 4> source = {};
    std::array<std::uint8_t, 4> destination = {};
    Bytes options = {};  // as they are
};

struct Ipv6Header {
    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;     // 20 bits
    std::uint16_t payload_bytes = 0;  // extension headers and payload, as the sender says
    std::uint8_t hop_limit = 0;
    std::array<std::uint8_t, 16> source = {};
    std::array<std::uint8_t, 16> destination = {};
    std::vector<std::uint8_t> extensions = {};  // their numbers, in order, those that were read
    std::optional<FragmentInfo> fragment = {};  // if there is a fragment header
    // Of what follows the extensions; behind a fault, of the first one that could not be read.
    std::uint8_t protocol = 0;
};

struct TcpFlags {
    bool fin = false, syn = false, rst = false, psh = false, ack = false, urg = false, ece = false,
         cwr = false;
    friend bool operator==(const TcpFlags&, const TcpFlags&) = default;
};

struct TcpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;  // means something if flags.ack
    std::uint8_t header_bytes = 0;  // data offset times four: 20 to 60, or less behind bad_length
    TcpFlags flags = {};
    std::uint16_t window = 0;  // as it stands there, not scaled
    Bytes options = {};        // as they are
};

struct UdpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t total_bytes = 0;  // header and payload, as the sender says
};

// IEEE 802.3 and 802.1Q. The frame begins with the destination's address, without preamble and
// without the checksum at its end. Where the type is a length, the payload has that length. A tag
// that is not all there is cut: `tags` has those before it, and there is no payload, since nobody
// knows where it begins. More tags than kMostVlanTags are too_many: `tags` has the first of them,
// and there is no payload.
Reading<EthernetHeader> read_ethernet(Bytes frame);

// RFC 791, section 3.1. The header is given from 20 bytes on. An IHL below 5 and a total length
// below the header are bad_length. Bytes behind the total length are padding, and not the payload.
Reading<Ipv4Header> read_ipv4(Bytes packet);

// RFC 8200, sections 3 and 4. Walks through the extension headers that say how long they are:
// hop-by-hop options, routing, fragment, destination options, authentication (RFC 4302), mobility
// (RFC 6275), host identity (RFC 7401), shim6 (RFC 5533). Stops at everything else, and behind a
// fragment header whose offset is not zero: there is no header, there is the middle of something.
// An extension header that does not end within the packet is cut if the packet is cut, and
// bad_length if all of it is there. Jumbograms (RFC 2675) say that their length is 0, and so they
// have no payload.
Reading<Ipv6Header> read_ipv6(Bytes packet);

// RFC 9293, section 3.1. The header is given from 20 bytes on. A data offset below 5 is bad_length.
Reading<TcpHeader> read_tcp(Bytes segment);

// RFC 768. A length below 8 is bad_length. It may be smaller than the span: the payload ends there.
Reading<UdpHeader> read_udp(Bytes datagram);

}  // namespace waymark::net
