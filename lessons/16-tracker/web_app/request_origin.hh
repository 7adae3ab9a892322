// Who asks, and by which scheme: the peer of the connection, or, where that is a proxy which is
// trusted, whom the proxy names. Anybody can write the fields of a proxy; so those that do not come
// from a trusted one are as if they were not there.
//
//     const RequestOrigin origin = proxies.origin_of(exchange);
//     limit.count(origin.client.network_key());
//     if (origin.is_https) cookie += "; Secure";
//
// A proxy sets either X-Forwarded-For or Forwarded and passes the other one on as the client wrote
// it. Which one cannot be known, so when both name a client they must name the same.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/access_list.hh"
#include "net/address.hh"
#include "net/http/exchange.hh"

namespace waymark::tracker {

struct RequestOrigin {
    net::Address client;    // for limits and the audit log; its port may be 0
    bool is_https = false;  // nobody on the client's way to us, or to the proxy, can read along
    bool is_by_proxy = false;
    // As the client has it in his address bar, with the port if it is there. A proxy must pass it
    // on: the fields that would replace it are passed on by proxies that do not know them.
    std::string_view host;
    // "" or why the request is refused, with status 400: the proxies' fields contradict each other
    // or cannot be read. Then the rest is of the connection.
    std::string_view problem;

    // "https://family.example:8443", as a browser writes it in Origin (RFC 6454, section 6.2): in
    // small letters, and without a port that goes without saying.
    std::string text() const;
};

class TrustedProxies {
  public:
    // Nobody.
    TrustedProxies() : proxies_(net::Access::deny) {}
    // Addresses and networks ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"), and "unix" for who comes
    // by a Unix socket. Throws UsageError that names the entry; all addresses at once are refused.
    explicit TrustedProxies(std::span<const std::string> networks);

    bool trusts(const net::Address& peer) const;
    bool are_none() const { return proxies_.size() == 0 && !trusts_unix_; }

    // What it shows is the exchange's.
    RequestOrigin origin_of(const net::http::Exchange& exchange) const;
    // The same of its parts.
    RequestOrigin origin_of(const net::http::Request& request, const net::Address& peer,
                            bool is_secured) const;

  private:
    net::AccessList proxies_;
    bool trusts_unix_ = false;
};

}  // namespace waymark::tracker
