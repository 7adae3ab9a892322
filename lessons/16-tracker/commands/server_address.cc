#include "commands/server_address.hh"

#include <stdexcept>

#include "net/http/client.hh"
#include "net/resolve.hh"

namespace waymark::tracker {

namespace {

// A host without a port has HTTP's. Colons inside the brackets of IPv6 are no port.
std::string with_port(const std::string& authority) {
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != std::string::npos && authority.back() != ']';
    return has_port ? authority : authority + ":80";
}

}  // namespace

ServerAddress find_server(const std::string& url) {
    const net::http::ServerUrl server = net::http::parse_server_url(url);
    net::ResolveResult found = net::resolve_host_and_port(with_port(server.authority));
    if (found.status != net::ResolveStatus::done)
        throw std::runtime_error("cannot find the server: " + found.error);
    return {std::move(found.addresses), server.authority, server.path};
}

}  // namespace waymark::tracker
