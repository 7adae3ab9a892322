#include "net/tls_server_name.hh"

#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <optional>
#include <string>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/openssl_owned.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

namespace {

void expect_address(X509_VERIFY_PARAM* parameters, const Address& address) {
    const std::span<const std::uint8_t> bytes = address.ip_bytes();
    if (X509_VERIFY_PARAM_set1_ip(parameters, bytes.data(), bytes.size()) != 1)
        throw std::bad_alloc();
}

}  // namespace

// LDH labels and the underscore that some have; nothing that OpenSSL would read as a pattern.
bool is_server_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= 253 && name.front() != '.' &&
           name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), is_letter);
}

void expect_server_name(ssl_st* ssl, std::string_view name) {
    X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
    if (const std::optional<Address> address = Address::parse_ip(name))
        return expect_address(parameters, *address);
    if (!is_server_name(name))
        throw daemon::UsageError(
            fmt::format("'{}' is neither a server's name nor an IP address", printable(name)));
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    std::string text(name.ends_with('.') ? name.substr(0, name.size() - 1) : name);
    if (X509_VERIFY_PARAM_set1_host(parameters, text.data(), text.size()) != 1 ||
        SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, text.data()) != 1)
        throw std::bad_alloc();
}

}  // namespace waymark::net
