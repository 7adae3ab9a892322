#include "net/http/http_url.hh"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "daemon/error.hh"
#include "net/http/message.hh"
#include "net/http/url.hh"

namespace waymark::net::http {

using daemon::UsageError;

namespace {

std::uint16_t parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
}

}  // namespace

// A colon within brackets is the address's.
std::size_t port_colon(std::string_view authority) {
    const std::size_t bracket = authority.rfind(']');
    return authority.find(':', bracket == authority.npos ? 0 : bracket);
}

std::string HttpUrl::target() const {
    return query.empty() ? path : path + '?' + query;
}

HttpUrl parse_http_url(std::string_view text) {
    const std::optional<Target> target = split_target("GET", text);
    if (!target || target->authority.empty())
        throw UsageError(fmt::format("\"{}\": not an address like https://host/path", text));
    HttpUrl url;
    url.is_secured = same_name(text.substr(0, text.find(':')), "https");
    url.authority = target->authority;
    const std::size_t colon = port_colon(url.authority);
    url.port = url.is_secured ? 443 : 80;
    // "host:" means the scheme's own (RFC 3986, 3.2.3).
    if (colon != std::string::npos && colon + 1 < url.authority.size())
        url.port = parse_port(std::string_view(url.authority).substr(colon + 1));
    if (url.port == 0) throw UsageError(fmt::format("\"{}\": nobody can connect to port 0", text));
    url.host = url.authority.substr(0, colon);
    if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
    url.path = target->path.empty() ? std::string_view("/") : target->path;
    url.query = target->query;
    return url;
}

}  // namespace waymark::net::http
