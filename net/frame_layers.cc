#include "net/frame_layers.hh"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "net/address.hh"

namespace waymark::net {

namespace {

// Adds what a reader gave; its payload is then what the next one reads. True if there is one to
// read: behind cut there may be, behind the other faults there is nothing.
template <class Header>
bool add(Layers& layers, Reading<Header> reading) {
    if (reading.fault != Fault::none) layers.fault = reading.fault;
    if (!reading.header) return false;
    layers.headers.push_back(std::move(*reading.header));
    layers.data = reading.payload;
    return reading.fault == Fault::none || reading.fault == Fault::cut;
}

void add_transport(Layers& layers, std::uint8_t protocol) {
    switch (protocol) {
        case kProtocolTcp:
            add(layers, read_tcp(layers.data));
            return;
        case kProtocolUdp:
            add(layers, read_udp(layers.data));
            return;
        case kProtocolIcmp:
            add(layers, read_icmp(layers.data));
            return;
        case kProtocolIcmpv6:
            add(layers, read_icmpv6(layers.data));
            return;
        default:
            return;
    }
}

// Only the first piece of a packet has a header. It is shorter than its UDP header says, which is
// no fault: the rest is in the other pieces.
void add_payload(Layers& layers, std::uint8_t protocol, const FragmentInfo& fragment) {
    if (fragment.offset != 0) return;
    const std::size_t headers = layers.headers.size();
    const Fault before = layers.fault;
    add_transport(layers, protocol);
    const bool has_header = layers.headers.size() > headers;
    if (layers.is_piece && has_header && layers.fault == Fault::cut) layers.fault = before;
}

bool is_piece(const FragmentInfo& fragment) {
    return fragment.more || fragment.offset != 0;
}

void add_ipv4(Layers& layers, Bytes packet) {
    Reading<Ipv4Header> reading = read_ipv4(packet);
    const Ipv4Header header = reading.header.value_or(Ipv4Header{});
    layers.is_piece = is_piece(header.fragment);  // also if nothing behind it can be read
    if (add(layers, std::move(reading))) add_payload(layers, header.protocol, header.fragment);
}

void add_ipv6(Layers& layers, Bytes packet) {
    Reading<Ipv6Header> reading = read_ipv6(packet);
    const std::uint8_t protocol = reading.header ? reading.header->protocol : 0;
    FragmentInfo fragment;
    if (reading.header && reading.header->fragment) fragment = *reading.header->fragment;
    layers.is_piece = is_piece(fragment);
    if (add(layers, std::move(reading))) add_payload(layers, protocol, fragment);
}

std::string text(const MacAddress& address) {
    return fmt::format("{:02x}", fmt::join(address, ":"));
}

std::string text_of_ip(Bytes address) {
    return Address::from_ip_bytes(address).host_text();
}

std::string piece_text(const FragmentInfo& fragment) {
    if (!is_piece(fragment)) return "";
    return fmt::format(", piece of {:#x} from byte {}{}", fragment.identification, fragment.offset,
                       fragment.more ? ", more follow" : ", the last");
}

std::string to_text(const EthernetHeader& header) {
    std::string line =
        fmt::format("Ethernet {} > {}", text(header.source), text(header.destination));
    for (const VlanTag& tag : header.tags) line += fmt::format(", vlan {}", tag.id);
    return line + fmt::format(", type {:#06x}", header.type);
}

std::string to_text(const ArpMessage& message) {
    const std::string sender =
        fmt::format("{} ({})", text_of_ip(message.sender_ip), text(message.sender));
    if (message.operation == 1)
        return fmt::format("ARP request, {} asks for {}", sender, text_of_ip(message.target_ip));
    if (message.operation == 2)
        return fmt::format("ARP reply, {} to {}", sender, text_of_ip(message.target_ip));
    return fmt::format("ARP operation {}, {}", message.operation, sender);
}

std::string to_text(const Ipv4Header& header) {
    return fmt::format(
        "IPv4 {} > {}, ttl {}, protocol {}{}{}", text_of_ip(header.source),
        text_of_ip(header.destination), header.time_to_live, header.protocol,
        header.options.empty() ? "" : fmt::format(", options {} bytes", header.options.size()),
        piece_text(header.fragment));
}

std::string to_text(const Ipv6Header& header) {
    return fmt::format("IPv6 {} > {}, hop limit {}{}, protocol {}{}", text_of_ip(header.source),
                       text_of_ip(header.destination), header.hop_limit,
                       header.extensions.empty()
                           ? ""
                           : fmt::format(", extensions {}", fmt::join(header.extensions, " ")),
                       header.protocol, header.fragment ? piece_text(*header.fragment) : "");
}

std::string to_text(const IcmpMessage& message) {
    const std::string_view name = name_of(message);
    std::string line = message.v6 ? "ICMPv6 " : "ICMP ";
    line += name.empty() ? fmt::format("type {}", message.type) : std::string(name);
    if (message.is_echo())
        return line + fmt::format(", id {}, sequence {}", message.identifier(), message.sequence());
    return line + fmt::format(", code {}", message.code);
}

std::string to_text(const TcpHeader& header) {
    const TcpFlags& flags = header.flags;
    std::string names;
    for (const auto& [is_set, name] : {std::pair{flags.fin, " FIN"},
                                       {flags.syn, " SYN"},
                                       {flags.rst, " RST"},
                                       {flags.psh, " PSH"},
                                       {flags.ack, " ACK"},
                                       {flags.urg, " URG"},
                                       {flags.ece, " ECE"},
                                       {flags.cwr, " CWR"}})
        if (is_set) names += name;
    return fmt::format("TCP {} > {},{} seq {}, ack {}, window {}", header.source_port,
                       header.destination_port, names.empty() ? "" : names + ",", header.sequence,
                       header.acknowledgement, header.window);
}

std::string to_text(const UdpHeader& header) {
    return fmt::format("UDP {} > {}, {} bytes", header.source_port, header.destination_port,
                       header.total_bytes);
}

}  // namespace

Layers read_frame(Bytes frame) {
    Layers layers{.data = frame};
    Reading<EthernetHeader> reading = read_ethernet(frame);
    const std::uint16_t type = reading.header ? reading.header->type : 0;
    if (!add(layers, std::move(reading))) return layers;
    if (type == kEtherIpv4) add_ipv4(layers, layers.data);
    if (type == kEtherIpv6) add_ipv6(layers, layers.data);
    if (type == kEtherArp) add(layers, read_arp(layers.data));
    return layers;
}

Layers read_ip_packet(Bytes packet) {
    Layers layers{.data = packet};
    if (!packet.empty() && packet[0] >> 4 == 6)
        add_ipv6(layers, packet);
    else
        add_ipv4(layers, packet);
    return layers;
}

std::string to_string(const Layer& layer) {
    return std::visit([](const auto& header) { return to_text(header); }, layer);
}

std::string data_text(Bytes data, std::size_t most) {
    std::string line = fmt::format("{} bytes", data.size());
    if (data.empty() || most == 0) return line;
    line += ": ";
    for (const std::uint8_t byte : data.first(std::min(most, data.size()))) {
        const bool is_plain = byte >= ' ' && byte <= '~' && byte != '\\';
        if (is_plain)
            line.push_back(static_cast<char>(byte));
        else
            line += fmt::format("\\x{:02x}", byte);
    }
    return data.size() > most ? line + "..." : line;
}

}  // namespace waymark::net
