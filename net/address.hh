// Where a socket is: an IPv4 address with a port, an IPv6 address with a port and a scope, or the
// path of a Unix socket, as one value. A program that knows sockaddr_in knows one family only, and
// the second family is then never added; here all three go through the same calls.
//
// Texts are read strictly. inet_aton(3) and getaddrinfo(3) take 127.1, 0177.0.0.1 and 2130706433
// for 127.0.0.1; a person who reads such a text in a list of rules sees something else than the
// program does. They are errors here. Names are errors too: looking them up is net/resolve.

#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waymark::net {

// What one client is counted by: an IPv4 address, or the /64 of an IPv6 address, because one host
// is given a whole /64 and could come from 2^64 addresses (RFC 4291 section 2.5.1). Link-local
// addresses have one /64 on every interface, so it counts as well.
struct NetworkKey {
    sa_family_t family = AF_UNSPEC;
    std::uint32_t interface = 0;
    std::uint64_t bits = 0;

    friend bool operator==(const NetworkKey&, const NetworkKey&) = default;
};

struct NetworkKeyHash {
    std::size_t operator()(const NetworkKey& key) const;
};

class Address {
  public:
    // No address: family AF_UNSPEC.
    Address() = default;
    // A copy of what accept(2), getsockname(2) or getaddrinfo(3) filled in. A length beyond
    // sockaddr_storage is cut, as accept(2) does.
    Address(const sockaddr* address, socklen_t length);

    // "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80", "unix:/run/waymark.sock", "unix:@name" (an
    // abstract one, unix(7)); "*:80" is the same as "[::]:80", every address of this machine. Port
    // 0 lets the kernel choose. Throws UsageError, whose message says what is wrong.
    static Address parse(std::string_view text);

    // An IP address alone, "192.0.2.1" or "2001:db8::1", without brackets; nothing if the text is
    // not one. For texts that come from a peer.
    static std::optional<Address> parse_ip(std::string_view text, std::uint16_t port = 0);

    // A port alone: digits without a sign or a leading zero, at most 65535. Throws UsageError,
    // which shows `whole`, the text that it is a part of.
    static std::uint16_t parse_port(std::string_view text, std::string_view whole);

    // From 4 or 16 bytes in network byte order.
    static Address from_ip_bytes(std::span<const std::uint8_t> bytes, std::uint16_t port = 0);

    // AF_INET, AF_INET6, AF_UNIX or AF_UNSPEC.
    int family() const { return storage_.ss_family; }
    bool is_ip() const { return family() == AF_INET || family() == AF_INET6; }

    // For system calls; both belong together.
    const sockaddr* data() const;
    socklen_t size() const { return size_; }

    // In host byte order; 0 if the family has none.
    std::uint16_t port() const;
    Address with_port(std::uint16_t port) const;

    // The 4 or 16 bytes in network byte order, valid as long as this object; empty for others.
    std::span<const std::uint8_t> ip_bytes() const;

    // The path of a Unix socket; "@name" for an abstract one, empty for an unnamed one (unix(7)).
    std::string unix_path() const;

    // A dual-stack socket reports 192.0.2.1 as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2). This is
    // the IPv4 address inside, or the address as it is. Ask before any comparison or rule.
    Address unmapped() const;

    // 127.0.0.0/8 (also mapped), ::1, and every Unix socket: the peer is on this machine.
    bool is_loopback() const;
    // 0.0.0.0 or ::, every address of this machine.
    bool is_any() const;

    // What parse() reads: "[::1]:80". What it does not read back: no family ("-"), and of Unix
    // sockets an unnamed one ("unix:"), a zero byte in an abstract name, and a relative path.
    std::string to_string() const;
    // The same without port and brackets: "::1". For logs and rules.
    std::string host_text() const;

    // Equal without the port. Mapped and plain are different here: unmapped() first.
    bool same_host(const Address& other) const;
    NetworkKey network_key() const;

    friend bool operator==(const Address& a, const Address& b);

  private:
    std::uint32_t scope() const;  // the interface's number (ipv6(7)); 0 if none is named
    template <class Sockaddr>
    Sockaddr as() const;
    template <class Sockaddr>
    static Address from(const Sockaddr& value);

    sockaddr_storage storage_{};
    socklen_t size_ = sizeof(sa_family_t);
};

// For containers that do not look at the port.
struct HostEqual {
    bool operator()(const Address& a, const Address& b) const { return a.same_host(b); }
};
struct HostHash {
    std::size_t operator()(const Address& address) const;
};

}  // namespace waymark::net
