#include "services/web_hook_url.hh"

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/resolve.hh"

namespace waymark::tracker {

using daemon::UsageError;

net::http::HttpUrl parse_hook_url(std::string_view text) {
    if (text.size() > kLongestHookUrl) throw UsageError("the address is too long");
    net::http::HttpUrl url = net::http::parse_http_url(text);
    if (!net::can_be_a_name(url.host) && !net::Address::parse_ip(url.host))
        throw UsageError("the host is neither a name nor an address as it is usually written");
    return url;
}

}  // namespace waymark::tracker
