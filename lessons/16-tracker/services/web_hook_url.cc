#include "services/web_hook_url.hh"

#include <charconv>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/http/url.hh"
#include "net/resolve.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

[[noreturn]] void refuse_hook_url() {
    throw UsageError("write the address like https://example.org/path");
}

// "name", "name:80", "[::1]:80", whose form has been looked at.
void take_authority(std::string_view authority, WebHookUrl& url) {
    url.authority = authority;
    url.port = url.is_secured ? 443 : 80;
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
    if (colon != authority.npos && colon + 1 < authority.size()) {
        const std::string_view digits = authority.substr(colon + 1);
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    }
    std::string_view host = authority.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    url.host = host;
    if (url.port == 0) throw UsageError("nobody listens at port 0: name another one");
    if (!net::can_be_a_name(host) && !net::Address::parse_ip(host))
        throw UsageError("the host is neither a name nor an address as it is usually written");
}

}  // namespace

WebHookUrl parse_hook_url(std::string_view text) {
    if (text.size() > kLongestHookUrl) throw UsageError("the address is too long");
    WebHookUrl url;
    url.is_secured = text.starts_with("https://");
    if (!url.is_secured && !text.starts_with("http://")) refuse_hook_url();
    // It is read as an http one, which a target can be.
    std::string plain = "http://";
    plain += text.substr(url.is_secured ? 8 : 7);
    const auto target = net::http::split_target("POST", plain);
    if (!target || !net::http::names_host(target->authority)) refuse_hook_url();
    take_authority(target->authority, url);
    url.target = target->path.empty() ? "/" : std::string(target->path);
    if (plain.find('?') != plain.npos) url.target += "?" + std::string(target->query);
    return url;
}

}  // namespace waymark::tracker
