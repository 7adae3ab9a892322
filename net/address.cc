#include "net/address.hh"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <functional>

#include "daemon/error.hh"

namespace waymark::net {

using daemon::UsageError;

namespace {

constexpr std::size_t kPathOffset = offsetof(sockaddr_un, sun_path);

// Digits only, no sign, no leading zero, at most `largest`.
std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > largest) return {};
    if (text.size() > 1 && text.front() == '0') return {};
    return value;
}

// "eth0" or "2"; 0 is not a scope. The name first, as getaddrinfo(3) has it: "2" may be the name of
// interface 5, and host_text() writes names.
std::uint32_t parse_scope(std::string_view text) {
    const bool can_be_a_name = text.size() < IF_NAMESIZE;
    const std::uint32_t named = can_be_a_name ? ::if_nametoindex(std::string(text).c_str()) : 0;
    return named != 0 ? named : parse_number(text, UINT32_MAX).value_or(0);
}

[[noreturn]] void not_an_ip(std::string_view host, std::string_view whole) {
    const bool is_number = !host.empty() && host.front() >= '0' && host.front() <= '9';
    const std::string_view advice =
        is_number ? "write four decimal numbers from 0 to 255 without leading zeros"
                  : "names are not looked up here; write the address";
    throw UsageError(
        fmt::format("\"{}\": \"{}\" is not an IP address: {}, such as 127.0.0.1:80 or "
                    "[::1]:80",
                    whole, host, advice));
}

Address parse_unix(std::string_view path, std::string_view whole) {
    const bool is_abstract = path.starts_with('@') && path.size() > 1;
    // A daemon works in "/", so that a relative path would name another place after the start.
    if (!path.starts_with('/') && !is_abstract)
        throw UsageError(fmt::format("\"{}\": the path must begin with /", whole));
    sockaddr_un value{};
    // A path ends with a zero byte. An abstract name has none: its length is that of the address,
    // and the zero byte that it begins with stands where the @ is.
    const std::size_t most = sizeof value.sun_path - (is_abstract ? 0 : 1);
    if (path.size() > most)
        throw UsageError(fmt::format("\"{}\": the {} has {} bytes; the system takes {}", whole,
                                     is_abstract ? "name with its @" : "path", path.size(), most));
    if (path.find('\0') != path.npos)
        throw UsageError("a Unix socket's path cannot contain a zero byte");
    value.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), value.sun_path);
    if (is_abstract) value.sun_path[0] = '\0';
    return Address(reinterpret_cast<const sockaddr*>(&value),
                   static_cast<socklen_t>(kPathOffset + path.size() + (is_abstract ? 0 : 1)));
}

// Of a Unix socket. Its text does not tell: "@name" may be a file, too.
bool is_file(const Address& address) {
    return reinterpret_cast<const char*>(address.data())[kPathOffset] != '\0';
}

}  // namespace

// Copies, because a sockaddr_storage must not be looked at through a pointer to another type.
template <class Sockaddr>
Sockaddr Address::as() const {
    Sockaddr value{};
    std::memcpy(&value, &storage_, sizeof value);
    return value;
}

template <class Sockaddr>
Address Address::from(const Sockaddr& value) {
    return Address(reinterpret_cast<const sockaddr*>(&value), sizeof value);
}

Address::Address(const sockaddr* address, socklen_t length)
    : size_(std::min(length, static_cast<socklen_t>(sizeof storage_))) {
    std::memcpy(&storage_, address, size_);
}

Address Address::parse(std::string_view text) {
    if (text.starts_with("unix:")) return parse_unix(text.substr(5), text);
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos)
        throw UsageError(
            fmt::format("\"{}\": an address needs a port, such as 127.0.0.1:80", text));
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!bracketed && host.find(':') != host.npos)
        throw UsageError(
            fmt::format("\"{}\": write an IPv6 address in brackets, such as [::1]:80", text));
    const std::uint16_t port = parse_port(text.substr(colon + 1), text);
    if (host == "*" && !bracketed) return *parse_ip("::", port);
    const auto address = parse_ip(host, port);
    if (!address || bracketed != (address->family() == AF_INET6)) not_an_ip(host, text);
    return *address;
}

std::optional<Address> Address::parse_ip(std::string_view text, std::uint16_t port) {
    if (text.find('\0') != text.npos) return {};
    sockaddr_in v4{};
    // inet_pton(3) takes only four decimal numbers; glibc refuses leading zeros.
    if (::inet_pton(AF_INET, std::string(text).c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return from(v4);
    }
    const std::size_t percent = text.find('%');
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, std::string(text.substr(0, percent)).c_str(), &v6.sin6_addr) != 1)
        return {};
    if (percent != text.npos) v6.sin6_scope_id = parse_scope(text.substr(percent + 1));
    if (percent != text.npos && v6.sin6_scope_id == 0) return {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return from(v6);
}

std::uint16_t Address::parse_port(std::string_view text, std::string_view whole) {
    const auto port = parse_number(text, 65535);
    if (!port)
        throw UsageError(
            fmt::format("\"{}\": the port \"{}\" is not a number from 0 to 65535", whole, text));
    return static_cast<std::uint16_t>(*port);
}

Address Address::from_ip_bytes(std::span<const std::uint8_t> bytes, std::uint16_t port) {
    assert(bytes.size() == 4 || bytes.size() == 16);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    const bool is_v4 = bytes.size() == 4;
    std::memcpy(is_v4 ? static_cast<void*>(&v4.sin_addr) : &v6.sin6_addr, bytes.data(),
                bytes.size());
    return (is_v4 ? from(v4) : from(v6)).with_port(port);
}

const sockaddr* Address::data() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
}

std::uint16_t Address::port() const {
    if (family() == AF_INET) return ntohs(as<sockaddr_in>().sin_port);
    if (family() == AF_INET6) return ntohs(as<sockaddr_in6>().sin6_port);
    return 0;
}

Address Address::with_port(std::uint16_t port) const {
    if (!is_ip()) return *this;
    // Both families keep the port at the same place; the C library relies on it as well.
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    sockaddr_in6 value = as<sockaddr_in6>();
    value.sin6_port = htons(port);
    return Address(reinterpret_cast<const sockaddr*>(&value), size_);
}

std::span<const std::uint8_t> Address::ip_bytes() const {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&storage_);
    if (family() == AF_INET) return {begin + offsetof(sockaddr_in, sin_addr), 4};
    if (family() == AF_INET6) return {begin + offsetof(sockaddr_in6, sin6_addr), 16};
    return {};
}

std::string Address::unix_path() const {
    if (family() != AF_UNIX || size_ <= kPathOffset) return {};
    const char* begin = reinterpret_cast<const char*>(&storage_) + kPathOffset;
    const std::size_t length = size_ - kPathOffset;
    if (begin[0] == '\0') return "@" + std::string(begin + 1, length - 1);
    return std::string(begin, ::strnlen(begin, length));
}

Address Address::unmapped() const {
    const in6_addr address = as<sockaddr_in6>().sin6_addr;
    if (family() != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address)) return *this;
    return from_ip_bytes(ip_bytes().last(4), port());
}

bool Address::is_loopback() const {
    const Address plain = unmapped();
    if (plain.family() == AF_INET) return plain.ip_bytes()[0] == 127;
    const in6_addr address = plain.as<sockaddr_in6>().sin6_addr;
    return family() == AF_UNIX || (family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address));
}

bool Address::is_any() const {
    const Address plain = unmapped();
    const auto bytes = plain.ip_bytes();
    return !bytes.empty() && std::all_of(bytes.begin(), bytes.end(), [](auto b) { return b == 0; });
}

std::uint32_t Address::scope() const {
    return family() == AF_INET6 ? as<sockaddr_in6>().sin6_scope_id : 0;
}

std::string Address::host_text() const {
    if (family() == AF_UNIX) return "unix:" + unix_path();
    if (!is_ip()) return "-";
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(family(), ip_bytes().data(), text, sizeof text);
    if (scope() == 0) return text;
    char name[IF_NAMESIZE] = "";
    // An interface that is gone has no name any more; its number still says which it was.
    if (::if_indextoname(scope(), name) == nullptr) return fmt::format("{}%{}", text, scope());
    return fmt::format("{}%{}", text, name);
}

std::string Address::to_string() const {
    if (family() == AF_INET) return fmt::format("{}:{}", host_text(), port());
    if (family() == AF_INET6) return fmt::format("[{}]:{}", host_text(), port());
    return host_text();
}

bool Address::same_host(const Address& other) const {
    if (family() != other.family()) return false;
    if (family() == AF_UNIX)
        return unix_path() == other.unix_path() && is_file(*this) == is_file(other);
    const auto mine = ip_bytes();
    const auto theirs = other.ip_bytes();
    return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end()) &&
           scope() == other.scope();
}

bool operator==(const Address& a, const Address& b) {
    return a.port() == b.port() && a.same_host(b);
}

NetworkKey Address::network_key() const {
    const Address plain = unmapped();
    NetworkKey key{static_cast<sa_family_t>(plain.family()), plain.scope(), 0};
    const auto bytes = plain.ip_bytes();
    for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
        key.bits = key.bits << 8 | byte;
    return key;
}

std::size_t NetworkKeyHash::operator()(const NetworkKey& key) const {
    return std::hash<std::uint64_t>()((key.bits * 31 + key.interface) * 31 + key.family);
}

std::size_t HostHash::operator()(const Address& address) const {
    const auto bytes = address.ip_bytes();
    const std::string path = address.unix_path();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::hash<std::string_view>()(bytes.empty() ? std::string_view(path) : text);
}

}  // namespace waymark::net
