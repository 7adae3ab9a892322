#include "web_app/request_guard.hh"

#include "net/address.hh"
#include "net/http/url.hh"

namespace waymark::tracker {

namespace {

// The host of host[:port], without the brackets of an IPv6 address.
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

}  // namespace

bool is_local_host(std::string_view host) {
    if (host.empty() || !net::http::valid_host(host)) return false;
    const std::string_view name = without_port(host);
    if (net::http::same_name(name, "localhost")) return true;
    const auto address = net::Address::parse_ip(name);
    return address && address->is_loopback();
}

std::string_view reason_to_refuse(const net::http::Request& request) {
    if (!is_local_host(request.host))
        return "This server answers to localhost, 127.0.0.1 and [::1] only, because it has no "
               "accounts yet: open it by one of these. From another machine make a tunnel (ssh -L "
               "8080:127.0.0.1:8080 THIS_MACHINE) and open its near end as localhost.";
    const std::string_view site = request.field("Sec-Fetch-Site").value_or("");
    if (request.path.starts_with("/api/") && net::http::same_name(site, "cross-site"))
        return "Pages of other sites may not ask this server.";
    return {};
}

std::string_view reason_to_refuse_change(const net::http::Request& request) {
    if (const std::string_view reason = reason_to_refuse(request); !reason.empty()) return reason;
    constexpr std::string_view kOtherPage = "Only pages of this server may change something here.";
    const auto site = request.field("Sec-Fetch-Site");
    if (site && !net::http::same_name(*site, "same-origin")) return kOtherPage;
    auto origin = request.field("Origin");
    if (!origin) return {};
    constexpr std::string_view kScheme = "http://";
    if (!origin->starts_with(kScheme)) return kOtherPage;
    origin->remove_prefix(kScheme.size());
    return net::http::same_name(*origin, request.host) ? std::string_view() : kOtherPage;
}

}  // namespace waymark::tracker
