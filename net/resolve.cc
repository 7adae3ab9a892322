#include "net/resolve.hh"

#include <fmt/core.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "daemon/error.hh"
#include "daemon/log_line.hh"

namespace waymark::net {

namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035 section 2.3.4, as text without the root's dot

// A dot at the end is the root's, and changes nothing.
std::string_view without_root(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

struct FreeAddressInfo {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// glibc takes 127.1 and 0x7f000001 for addresses; a name whose last label is a number is not one
// (RFC 3696 section 2), so it is one of these spellings. Hexadecimal only with its 0x: 4f2a9c1d77e0
// is a name, as containers have it.
bool is_odd_address(std::string_view host) {
    host = without_root(host);
    const std::string_view last = host.substr(host.rfind('.') + 1);
    const bool is_hexadecimal = last.starts_with("0x") || last.starts_with("0X");
    const std::string_view digits = is_hexadecimal ? last.substr(2) : last;
    return !last.empty() && digits.find_first_not_of(is_hexadecimal ? "0123456789abcdefABCDEF"
                                                                    : "0123456789") == digits.npos;
}

// A file's line end or a blank behind a name makes another name, which no server knows. glibc asks
// for it all the same.
bool is_blank(char byte) {
    return (byte >= '\0' && byte <= ' ') || byte == '\x7f';
}

// For an error, which may go to a log: `host` may have come from anybody.
std::string shown(std::string_view host) {
    daemon::LineBuffer buffer;
    daemon::append_escaped(buffer, host);
    return {buffer.data(), buffer.size()};
}

ResolveResult look_up(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;  // or each address comes once for every kind of socket
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    const std::unique_ptr<addrinfo, FreeAddressInfo> owner(list);
    if (code != 0) {
        const ResolveStatus status = classify_resolver_error(code);
        if (status == ResolveStatus::done) throw_resolver_error(code, errno, host);
        return {status, {}, fmt::format("{}: {}", shown(host), ::gai_strerror(code))};
    }
    ResolveResult result{ResolveStatus::done, {}, {}};
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        const Address address = Address(entry->ai_addr, entry->ai_addrlen).with_port(port);
        // A name that stands twice in /etc/hosts gives its address twice.
        if (std::ranges::find(result.addresses, address) == result.addresses.end())
            result.addresses.push_back(address);
    }
    return result;
}

}  // namespace

bool can_be_a_name(std::string_view host) {
    return !host.empty() && without_root(host).size() <= kLongestName &&
           !std::ranges::any_of(host, is_blank) && host.find(':') == host.npos &&
           !is_odd_address(host);
}

ResolveStatus classify_resolver_error(int code) {
    switch (code) {
        case EAI_NONAME:
        case EAI_NODATA:
        case EAI_ADDRFAMILY:
        case EAI_FAIL:
            return ResolveStatus::not_found;
        case EAI_AGAIN:
            return ResolveStatus::try_later;
        default:
            return ResolveStatus::done;
    }
}

void throw_resolver_error(int code, int error_number, std::string_view host) {
    if (code == EAI_MEMORY) error_number = ENOMEM;
    // What is left says that we asked wrongly: EAI_BADFLAGS, EAI_SOCKTYPE, ...
    else if (code != EAI_SYSTEM)
        error_number = EINVAL;
    daemon::fail(error_number, "getaddrinfo", host);
}

ResolveResult resolve(std::string_view host, std::uint16_t port) {
    if (const auto literal = Address::parse_ip(host, port))
        return {ResolveStatus::done, {*literal}, {}};
    if (!can_be_a_name(host))
        return {ResolveStatus::malformed,
                {},
                fmt::format("\"{}\" is not a name or address", shown(host))};
    return look_up(std::string(host), port);
}

ResolveResult resolve_host_and_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const std::string_view host = text.substr(0, colon);
    // Brackets, more colons, or a path: an address in the strict form.
    const bool is_address =
        text.starts_with("unix:") || colon == text.npos || host.find_first_of("[]:*") != host.npos;
    if (is_address) return {ResolveStatus::done, {Address::parse(text)}, {}};
    return resolve(host, Address::parse_port(text.substr(colon + 1), text));
}

}  // namespace waymark::net
