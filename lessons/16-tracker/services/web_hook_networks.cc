#include "services/web_hook_networks.hh"

#include <algorithm>
#include <vector>

namespace waymark::tracker {

using net::Access;
using net::AccessList;
using net::Address;

namespace {

// www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry. Of IPv6 only
// what has been given out for the internet (2000::/3) is allowed, and of that not what is kept for
// protocols and examples, nor 2002::/16, which holds an IPv4 address.
constexpr std::string_view kSpecialRanges = R"(
deny 0.0.0.0/8
deny 10.0.0.0/8
deny 100.64.0.0/10
deny 127.0.0.0/8
deny 169.254.0.0/16
deny 172.16.0.0/12
deny 192.0.0.0/24
deny 192.0.2.0/24
deny 192.88.99.0/24
deny 192.168.0.0/16
deny 198.18.0.0/15
deny 198.51.100.0/24
deny 203.0.113.0/24
deny 224.0.0.0/3
allow 0.0.0.0/0
deny 2001::/23
deny 2001:db8::/32
deny 2002::/16
deny 3fff::/20
allow 2000::/3
)";

AccessList named_networks(std::span<const std::string> words) {
    std::vector<std::string> rules;
    for (const std::string& word : words)
        if (word != "public") rules.push_back("allow " + word);
    return AccessList::parse(rules, Access::deny, "web-hooks");
}

}  // namespace

WebHookNetworks::WebHookNetworks(std::span<const std::string> words)
    : is_public_allowed_(std::ranges::find(words, "public") != words.end()),
      named_(named_networks(words)) {}

bool WebHookNetworks::allows(const Address& address, bool is_secured) const {
    if (!address.is_ip()) return false;
    if (named_.allows(address)) return true;
    return is_public_allowed_ && is_secured && is_on_the_internet(address);
}

bool is_on_the_internet(const Address& address) {
    static const AccessList list =
        AccessList::parse(kSpecialRanges, Access::deny, "special addresses");
    return address.is_ip() && list.allows(address);
}

}  // namespace waymark::tracker
