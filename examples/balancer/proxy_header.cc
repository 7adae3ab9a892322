#include "proxy_header.hh"

#include <array>
#include <cstdint>
#include <span>

namespace waymark::balancer {

namespace {

using net::Address;

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr unsigned kVersion = 0x20;
constexpr unsigned kLocal = 0;
constexpr unsigned kProxy = 1;
constexpr unsigned kTcpOverIpv4 = 0x11;
constexpr unsigned kTcpOverIpv6 = 0x21;

unsigned byte_at(std::string_view bytes, std::size_t place) {
    return static_cast<unsigned char>(bytes[place]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t place) {
    return static_cast<std::uint16_t>(byte_at(bytes, place) << 8 | byte_at(bytes, place + 1));
}

void append_number(std::string& out, std::size_t number) {
    out.push_back(static_cast<char>(number >> 8 & 0xff));
    out.push_back(static_cast<char>(number & 0xff));
}

ProxyHeader malformed(std::string_view problem) {
    ProxyHeader header;
    header.problem = problem;
    return header;
}

ProxyHeader needs(std::size_t bytes) {
    ProxyHeader header;
    header.state = ProxyHeader::State::incomplete;
    header.bytes = bytes;
    return header;
}

// Both addresses, then both ports (section 2.2), each address `size` bytes long.
ProxyHeader announced(std::string_view header, std::size_t size) {
    const std::string_view block = header.substr(kProxyHeadBytes);
    if (block.size() < 2 * size + 4) return malformed("too short for its addresses");
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(block.data());
    ProxyHeader result;
    result.state = ProxyHeader::State::announced;
    result.bytes = header.size();
    result.source =
        Address::from_ip_bytes(std::span(bytes, size), number_at(block, 2 * size)).unmapped();
    result.destination =
        Address::from_ip_bytes(std::span(bytes + size, size), number_at(block, 2 * size + 2))
            .unmapped();
    return result;
}

// Sections 2.2: the highest values that are assigned; others must be refused.
bool is_known(unsigned family_and_transport) {
    return family_and_transport >> 4 <= 3 && (family_and_transport & 0xf) <= 2;
}

std::string header_of(unsigned command, unsigned family_and_transport, std::size_t block_bytes) {
    std::string header(kSignature);
    header.push_back(static_cast<char>(kVersion | command));
    header.push_back(static_cast<char>(family_and_transport));
    append_number(header, block_bytes);
    return header;
}

void append_bytes(std::string& out, const Address& address) {
    const auto bytes = address.ip_bytes();
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view received) {
    const std::string_view begin = received.substr(0, kSignature.size());
    if (begin != kSignature.substr(0, begin.size())) return malformed("no signature");
    if (received.size() < kProxyHeadBytes) return needs(kProxyHeadBytes);
    const unsigned version_and_command = byte_at(received, 12);
    const unsigned family_and_transport = byte_at(received, 13);
    const std::size_t block_bytes = number_at(received, 14);
    if ((version_and_command & 0xf0) != kVersion) return malformed("not version 2");
    const unsigned command = version_and_command & 0xf;
    if (command != kLocal && command != kProxy) return malformed("neither LOCAL nor PROXY");
    if (!is_known(family_and_transport)) return malformed("unknown family or transport");
    if (block_bytes > kLongestProxyBlock) return malformed("too long");

    const std::size_t header_bytes = kProxyHeadBytes + block_bytes;
    if (received.size() < header_bytes) return needs(header_bytes);
    const std::string_view header = received.substr(0, header_bytes);
    if (command == kProxy && family_and_transport == kTcpOverIpv4) return announced(header, 4);
    if (command == kProxy && family_and_transport == kTcpOverIpv6) return announced(header, 16);
    ProxyHeader own;
    own.state = ProxyHeader::State::own;
    own.bytes = header_bytes;
    return own;
}

std::string proxy_header(const Address& source, const Address& destination) {
    const Address from = source.unmapped();
    const Address to = destination.unmapped();
    if (!from.is_ip() || from.family() != to.family()) return header_of(kProxy, 0, 0);
    const bool is_ipv4 = from.family() == AF_INET;
    std::string header =
        header_of(kProxy, is_ipv4 ? kTcpOverIpv4 : kTcpOverIpv6, is_ipv4 ? 12 : 36);
    append_bytes(header, from);
    append_bytes(header, to);
    append_number(header, from.port());
    append_number(header, to.port());
    return header;
}

std::string local_proxy_header() {
    return header_of(kLocal, 0, 0);
}

}  // namespace waymark::balancer
