// The address of a resource on another server, as a person writes it: "https://host:8443/in?key=1".
// What a client needs of it: whom to look up, whom the certificate must be of, what the request
// says.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::net::http {

struct HttpUrl {
    bool is_secured = false;  // https
    std::string host;         // a name or an address, without brackets: for net/resolve and TLS
    std::uint16_t port = 0;   // 80, or 443 if secured, where the text has none
    std::string authority;    // "host:8443", as it stands in the text: for the Host field
    std::string path;         // as it stands in the text; "/" where it has none
    std::string query;        // without the '?'

    // Path and query, as a request line has them.
    std::string target() const;
};

// Where the colon before the port is in "host:port" or "[::1]:port"; npos if there is none.
std::size_t port_colon(std::string_view authority);

// Throws UsageError, which names the text, for what is not http:// or https://, a host, and no port
// or one from 1 to 65535. Refused as well: a user's name and password (RFC 9110, 4.2.4), a '#', a
// blank, and what may not stand in a request line.
HttpUrl parse_http_url(std::string_view text);

}  // namespace waymark::net::http
