#include "net/frame.hh"

namespace waymark::net {

std::string_view to_string(Fault fault) {
    switch (fault) {
        case Fault::none:
            return "none";
        case Fault::cut:
            return "cut";
        case Fault::bad_length:
            return "bad length";
        case Fault::bad_version:
            return "bad version";
        case Fault::too_many:
            return "too many";
    }
    return "none";
}

//#region exercise-06
// Sums, and no cast of the pointer: that would be right on some machines only, and at odd addresses
// on fewer still.
std::uint16_t two_bytes(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t four_bytes(Bytes bytes, std::size_t at) {
    return std::uint32_t{two_bytes(bytes, at)} << 16 | two_bytes(bytes, at + 2);
}

namespace {

constexpr std::size_t kEthernetBytes = 14, kVlanTagBytes = 4, kLongestLength = 1500;
constexpr std::size_t kIpv4Bytes = 20, kIpv6Bytes = 40, kTcpBytes = 20, kUdpBytes = 8;
constexpr std::size_t kExtensionUnit = 8;  // what an extension header is counted in, and the least

// Cuts off what is behind the length that the header gives; or says that there is less.
//#region frame-bounded
Bytes bounded(Bytes bytes, std::size_t claimed, Fault& fault) {
    if (claimed > bytes.size()) fault = Fault::cut;       //@ 1
    return bytes.first(std::min(claimed, bytes.size()));  //@ 2
}
//#endregion frame-bounded

// Takes a header of `size` bytes off the front, with the options behind its fixed part. If there is
// less, there is a part of the options and no payload.
template <class Header>
void take_header(Reading<Header>& reading, Bytes bytes, std::size_t fixed, std::size_t size) {
    const Bytes header = bytes.first(std::min(size, bytes.size()));
    reading.header->options = header.subspan(fixed);
    reading.payload = bytes.subspan(header.size());
    if (header.size() < size) reading.fault = Fault::cut;
}

}  // namespace

Reading<EthernetHeader> read_ethernet(Bytes frame) {
    if (frame.size() < kEthernetBytes) return {.fault = Fault::cut};
    Reading<EthernetHeader> reading{
        EthernetHeader{.destination = array_at<6>(frame, 0), .source = array_at<6>(frame, 6)}};
    EthernetHeader& header = *reading.header;
    header.type = two_bytes(frame, 12);
    Bytes rest = frame.subspan(kEthernetBytes);
    while (header.type == kEtherVlan || header.type == kEtherServiceVlan ||
           header.type == kEtherOldServiceVlan) {
        const bool too_many = header.tags.size() == kMostVlanTags;
        if (too_many || rest.size() < kVlanTagBytes) {
            reading.fault = too_many ? Fault::too_many : Fault::cut;
            return reading;
        }
        const std::uint16_t tag = two_bytes(rest, 0);
        header.tags.push_back({static_cast<std::uint8_t>(tag >> 13), (tag & 0x1000) != 0,
                               static_cast<std::uint16_t>(tag & 0x0fff)});
        header.type = two_bytes(rest, 2);
        rest = rest.subspan(kVlanTagBytes);
    }
    const bool is_length = header.type <= kLongestLength;
    reading.payload = is_length ? bounded(rest, header.type, reading.fault) : rest;
    return reading;
}

Reading<Ipv4Header> read_ipv4(Bytes packet) {
    if (packet.empty()) return {.fault = Fault::cut};
    if (packet[0] >> 4 != 4) return {.fault = Fault::bad_version};
    if (packet.size() < kIpv4Bytes) return {.fault = Fault::cut};
    const std::uint16_t fragment = two_bytes(packet, 6);  // three flags, and 13 bits of offset
    Reading<Ipv4Header> reading{Ipv4Header{
        .header_bytes = static_cast<std::uint8_t>((packet[0] & 0x0f) * 4),
        .traffic_class = packet[1],
        .total_bytes = two_bytes(packet, 2),
        .dont_fragment = (fragment & 0x4000) != 0,
        .fragment = {two_bytes(packet, 4), static_cast<std::uint16_t>((fragment & 0x1fff) * 8),
                     (fragment & 0x2000) != 0},
        .time_to_live = packet[8],
        .protocol = packet[9],
        .source = array_at<4>(packet, 12),
        .destination = array_at<4>(packet, 16)}};
    const Ipv4Header& header = *reading.header;
    if (header.header_bytes < kIpv4Bytes || header.total_bytes < header.header_bytes) {
        reading.fault = Fault::bad_length;
        return reading;
    }
    const Bytes whole = bounded(packet, header.total_bytes, reading.fault);
    take_header(reading, whole, kIpv4Bytes, header.header_bytes);
    return reading;
}

namespace {

// How long the extension header at the front of `rest` says that it is, 0 if it is none or its
// length is not known. The second byte counts what follows the first unit (RFC 8200, section 4).
std::size_t extension_bytes(std::uint8_t number, std::uint8_t second_byte) {
    switch (number) {
        case kHopByHop:
        case kRouting:
        case kDestinationOptions:
        case kMobility:
        case kHostIdentity:
        case kShim6:
            return kExtensionUnit + second_byte * kExtensionUnit;
        case kFragment:
            return kExtensionUnit;  // that byte is reserved
        case kAuthentication:
            return 8u + second_byte * 4u;  // RFC 4302, section 2.2
        default:
            return 0;
    }
}

FragmentInfo read_fragment_header(Bytes bytes) {
    const std::uint16_t offset = two_bytes(bytes, 2);  // in eights, so its low bits are free
    return {four_bytes(bytes, 4), static_cast<std::uint16_t>(offset & 0xfff8), (offset & 1) != 0};
}

// Goes through the extension headers of reading.payload and takes them off. `missing` is what it
// means if one does not end in it.
void take_extensions(Reading<Ipv6Header>& reading, Fault missing) {
    Ipv6Header& header = *reading.header;
    Bytes& rest = reading.payload;
    //#region frame-extensions
    while (extension_bytes(header.protocol, 0) != 0) {  //@ 1
        const std::size_t size = rest.size() < 2 ? 2 : extension_bytes(header.protocol, rest[1]);
        const bool too_many = header.extensions.size() == kMostExtensions;  //@ 2..
        if (too_many || rest.size() < size) {                               //@ ..2
            reading.fault = too_many ? Fault::too_many : missing;
            rest = {};
            return;
        }
        if (header.protocol == kFragment) header.fragment = read_fragment_header(rest);
        const bool in_the_middle = header.protocol == kFragment && header.fragment->offset != 0;
        header.extensions.push_back(header.protocol);
        header.protocol = rest[0];  //@ 3
        rest = rest.subspan(size);
        if (in_the_middle) return;  //@ 4
    }
    //#endregion frame-extensions
}

}  // namespace

Reading<Ipv6Header> read_ipv6(Bytes packet) {
    if (packet.empty()) return {.fault = Fault::cut};
    if (packet[0] >> 4 != 6) return {.fault = Fault::bad_version};
    if (packet.size() < kIpv6Bytes) return {.fault = Fault::cut};
    const std::uint32_t first = four_bytes(packet, 0);  // 4 bits version, 8 class, 20 flow label
    Reading<Ipv6Header> reading;
    Ipv6Header& header = reading.header.emplace();
    header.traffic_class = static_cast<std::uint8_t>(first >> 20 & 0xff);
    header.flow_label = first & 0xfffff;
    header.payload_bytes = two_bytes(packet, 4);
    header.protocol = packet[6];
    header.hop_limit = packet[7];
    header.source = array_at<16>(packet, 8);
    header.destination = array_at<16>(packet, 24);
    const Bytes behind = packet.subspan(kIpv6Bytes);
    reading.payload = bounded(behind, header.payload_bytes, reading.fault);
    take_extensions(reading, reading.fault == Fault::cut ? Fault::cut : Fault::bad_length);
    return reading;
}

Reading<TcpHeader> read_tcp(Bytes segment) {
    if (segment.size() < kTcpBytes) return {.fault = Fault::cut};
    const auto flag = [&](unsigned bit) { return (segment[13] >> bit & 1) != 0; };
    Reading<TcpHeader> reading{
        TcpHeader{.source_port = two_bytes(segment, 0),
                  .destination_port = two_bytes(segment, 2),
                  .sequence = four_bytes(segment, 4),
                  .acknowledgement = four_bytes(segment, 8),
                  .header_bytes = static_cast<std::uint8_t>((segment[12] >> 4) * 4),
                  .flags = {flag(0), flag(1), flag(2), flag(3), flag(4), flag(5), flag(6), flag(7)},
                  .window = two_bytes(segment, 14)}};
    if (reading.header->header_bytes < kTcpBytes)
        reading.fault = Fault::bad_length;
    else
        take_header(reading, segment, kTcpBytes, reading.header->header_bytes);
    return reading;
}

Reading<UdpHeader> read_udp(Bytes datagram) {
    if (datagram.size() < kUdpBytes) return {.fault = Fault::cut};
    Reading<UdpHeader> reading{
        UdpHeader{two_bytes(datagram, 0), two_bytes(datagram, 2), two_bytes(datagram, 4)}};
    if (reading.header->total_bytes < kUdpBytes)
        reading.fault = Fault::bad_length;
    else
        reading.payload =
            bounded(datagram, reading.header->total_bytes, reading.fault).subspan(kUdpBytes);
    return reading;
}
//#endregion exercise-06

}  // namespace waymark::net
