#include "web_app/request_origin.hh"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "web_app/forwarded.hh"

namespace waymark::tracker {

using net::Address;
using net::http::same_name;

namespace {

// Whom the trusted proxies of a list name, and what they say of his scheme.
struct NamedClient {
    Address address;
    std::optional<bool> is_https;
};

std::optional<bool> scheme_in(std::string_view scheme) {
    if (same_name(scheme, "https")) return true;
    if (same_name(scheme, "http")) return false;
    return std::nullopt;
}

// From the right, as long as the one who speaks is trusted. Who is not named is as far as we see.
NamedClient client_in(const LastHops& hops, const Address& peer, const TrustedProxies& proxies) {
    NamedClient named{peer, std::nullopt};
    for (std::size_t i = 0; i < hops.size(); ++i) {
        const Hop& hop = hops.from_right(i);
        if (const auto said = scheme_in(hop.scheme)) named.is_https = said;
        const std::optional<Address> client = address_of_node(hop.node);
        if (!client) break;
        named.address = client->unmapped();
        if (!proxies.trusts(named.address)) break;
    }
    return named;
}

bool contradict(const NamedClient& one, const NamedClient& other) {
    if (!one.address.same_host(other.address)) return true;
    return one.is_https && other.is_https && *one.is_https != *other.is_https;
}

std::vector<std::string> rules_for(std::span<const std::string> networks) {
    std::vector<std::string> rules;
    for (const std::string& network : networks) {
        if (network == "unix") continue;
        if (network == "all" || network.ends_with("/0"))
            throw daemon::UsageError(
                fmt::format("trusted-proxy: '{}' would have everybody believed, whoever he says "
                            "he is; name the address of your proxy",
                            network));
        if (network.find_first_of(" \t#\n") != network.npos)
            throw daemon::UsageError(fmt::format(
                "trusted-proxy: '{}' is no address and no network, such as 10.0.0.0/8", network));
        rules.push_back("allow " + network);
    }
    return rules;
}

}  // namespace

std::string RequestOrigin::text() const {
    std::string text(is_https ? "https://" : "http://");
    std::string_view name = host;
    const std::string_view usual_port = is_https ? ":443" : ":80";
    if (name.ends_with(usual_port)) name.remove_suffix(usual_port.size());
    for (const char letter : name)
        text += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return text;
}

TrustedProxies::TrustedProxies(std::span<const std::string> networks)
    : proxies_(net::AccessList::parse(rules_for(networks), net::Access::deny, "trusted-proxy")) {
    for (const std::string& network : networks) trusts_unix_ |= network == "unix";
}

bool TrustedProxies::trusts(const Address& peer) const {
    return peer.is_ip() ? proxies_.allows(peer) : trusts_unix_ && peer.family() == AF_UNIX;
}

RequestOrigin TrustedProxies::origin_of(const net::http::Exchange& exchange) const {
    return origin_of(exchange.request, exchange.peer, exchange.is_secured());
}

RequestOrigin TrustedProxies::origin_of(const net::http::Request& request, const Address& peer,
                                        bool is_secured) const {
    RequestOrigin origin;
    origin.client = peer.unmapped();
    origin.is_https = is_secured;
    origin.host = request.host;
    if (!trusts(origin.client)) return origin;
    origin.is_by_proxy = true;
    const LastHops by_custom = read_x_forwarded(request);
    const std::optional<LastHops> by_standard = read_forwarded(request);
    if (!by_standard) {
        origin.problem = "The field Forwarded of this request cannot be read (RFC 7239).";
        return origin;
    }
    NamedClient named = client_in(by_custom, origin.client, *this);
    const NamedClient other = client_in(*by_standard, origin.client, *this);
    if (by_custom.size() == 0) {
        named = other;
    } else if (by_standard->size() > 0 && contradict(named, other)) {
        origin.problem =
            "X-Forwarded-For and Forwarded contradict each other. The proxy must remove the one "
            "that it does not set itself.";
        return origin;
    }
    if (!named.is_https) named.is_https = other.is_https;
    origin.client = named.address;
    origin.is_https = named.is_https.value_or(is_secured);
    return origin;
}

}  // namespace waymark::tracker
