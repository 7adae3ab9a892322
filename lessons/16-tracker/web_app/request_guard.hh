// Which requests come to a handler at all, whoever sends them. A page from anywhere, shown by a
// browser that can reach us, sends requests as well:
//   - by DNS rebinding: the page's own name is made to point to our address, and the browser then
//     takes our answers for the page's own. The Host field still has that name: refused, unless it
//     is one that no stranger can own, or one of ours (--web-name).
//   - by asking across sites: the browser hides the answer, but the question has been asked. It
//     says so in Sec-Fetch-Site (Fetch Metadata Request Headers, W3C): refused for the API.
//
// And where other machines reach us, nothing is answered that was asked in clear text: by TLS, from
// this machine, or by a proxy that is trusted.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http/exchange.hh"
#include "web_app/request_origin.hh"

namespace waymark::tracker {

// Whether a Host field names this machine for sure: "localhost" or a loopback address, with any
// port or none.
bool is_local_host(std::string_view host);

struct WebReach {
    TrustedProxies proxies = {};
    std::vector<std::string> names = {};  // ours, without ports
    // Whether others than this machine's programs connect. Then an address is a good Host as well:
    // no name is looked up for it, so none can be made to point elsewhere.
    bool is_beyond_loopback = false;
};

class RequestGuard {
  public:
    explicit RequestGuard(WebReach reach = {}) : reach_(std::move(reach)) {}

    // From the next request on.
    void set_reach(WebReach reach) { reach_ = std::move(reach); }

    // Who asks, from where and by which scheme.
    RequestOrigin origin_of(const net::http::Exchange& exchange) const {
        return reach_.proxies.origin_of(exchange);
    }

    struct Refusal {
        int status = 0;           // 0: it is not refused
        std::string_view reason;  // for a person
        explicit operator bool() const { return status != 0; }
    };
    Refusal refusal_of(const net::http::Exchange& exchange) const;
    // Of a request that changes something: a browser says from where it comes, in Origin (RFC 6454)
    // and Sec-Fetch-Site, and only our own pages may.
    Refusal refusal_of_change(const net::http::Exchange& exchange) const;
    // The same of its parts.
    Refusal refusal_of(const net::http::Request& request, const RequestOrigin& origin) const;
    Refusal refusal_of_change(const net::http::Request& request, const RequestOrigin& origin) const;

  private:
    bool is_ours(std::string_view host) const;

    WebReach reach_;
};

}  // namespace waymark::tracker
