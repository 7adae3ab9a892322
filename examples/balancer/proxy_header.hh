// The PROXY protocol, version 2 (proxy-protocol.txt of HAProxy, sections 2.2 to 2.4). Behind a
// balancer a server sees one client only, the balancer: its log, its limits for each address and
// its access list are blind. So the balancer says first, in one binary header before the client's
// bytes, who the client is.
//
// Whoever may send such a header may claim any address. So it is read only from peers that were
// named, and then from each of them: a header that is optional can be forged by a client. Version
// 1, the text form, is not read. The type-length-value fields behind the addresses are skipped
// unread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/address.hh"

namespace waymark::balancer {

// The first bytes, behind which the length of the rest is known.
inline constexpr std::size_t kProxyHeadBytes = 16;
// The format allows 65,535 bytes behind them; addresses and the usual fields need some hundred.
inline constexpr std::size_t kLongestProxyBlock = 2048;

struct ProxyHeader {
    enum class State {
        incomplete,  // `bytes` are needed to say more
        announced,   // the header has `bytes`; source and destination are the client's
        own,         // the header has `bytes`; the connection speaks for itself: a health check
                     // (LOCAL), or a family or transport that is not TCP over IP
        malformed,   // `problem` says why
    };
    State state = State::malformed;
    std::size_t bytes = 0;
    net::Address source;
    net::Address destination;
    std::string_view problem;
};

// What `received`, the first bytes of a connection, begin with. The same answer for more bytes than
// are needed.
ProxyHeader read_proxy_header(std::string_view received);

// The header for a client at `source` that has connected to `destination`. IPv4 addresses that are
// mapped into IPv6 are sent as IPv4; two that are not of one IP family as an unknown one (UNSPEC).
std::string proxy_header(const net::Address& source, const net::Address& destination);

// The header of a connection that is the balancer's own, a health check: LOCAL.
std::string local_proxy_header();

}  // namespace waymark::balancer
