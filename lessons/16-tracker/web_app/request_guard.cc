#include "web_app/request_guard.hh"

#include <algorithm>
#include <optional>

#include "net/address.hh"
#include "net/http/url.hh"

namespace waymark::tracker {

using net::http::same_name;

namespace {

constexpr std::string_view kNotOurs =
    "This server is not known by this name. If it is the right one, start it with --web-name and "
    "the name (or open it as localhost; from another machine by a tunnel: ssh -L "
    "8080:127.0.0.1:8080 THIS_MACHINE).";
constexpr std::string_view kInClear =
    "This server is reached by its proxy, not directly: what is sent here could be read on the "
    "way.";
constexpr std::string_view kOtherSite = "Pages of other sites may not ask this server.";
constexpr std::string_view kOtherPage = "Only pages of this server may change something here.";
constexpr std::string_view kSchemeIsMissing =
    "The page came by https, and the proxy does not say so: have it set X-Forwarded-Proto.";
constexpr std::string_view kPortIsMissing =
    "The page came from another port than the proxy says: have it pass on Host with the port that "
    "the browser has (nginx: proxy_set_header Host $http_host).";

// The host of host[:port], without the brackets of an IPv6 address.
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

// A proxy that does not pass on what the browser has said locks everybody out, and must be told so.
std::string_view reason_against(std::string_view from, const RequestOrigin& origin) {
    if (!origin.is_by_proxy) return kOtherPage;
    RequestOrigin secured = origin;
    secured.is_https = true;
    if (same_name(from, secured.text())) return kSchemeIsMissing;
    const std::string_view scheme = origin.is_https ? "https://" : "http://";
    const bool has_our_name =
        from.starts_with(scheme) &&
        same_name(without_port(from.substr(scheme.size())), without_port(origin.host));
    return has_our_name ? kPortIsMissing : kOtherPage;
}

std::optional<net::Address> address_in(std::string_view host) {
    return net::Address::parse_ip(without_port(host));
}

}  // namespace

bool is_local_host(std::string_view host) {
    if (host.empty() || !net::http::valid_host(host)) return false;
    if (same_name(without_port(host), "localhost")) return true;
    const auto address = address_in(host);
    return address && address->is_loopback();
}

bool RequestGuard::is_ours(std::string_view host) const {
    if (is_local_host(host)) return true;
    if (host.empty() || !net::http::valid_host(host)) return false;
    if (reach_.is_beyond_loopback && address_in(host)) return true;
    const std::string_view asked = without_port(host);
    return std::ranges::any_of(reach_.names,
                               [asked](const std::string& name) { return same_name(asked, name); });
}

RequestGuard::Refusal RequestGuard::refusal_of(const net::http::Exchange& exchange) const {
    const RequestOrigin origin = origin_of(exchange);
    if (!exchange.is_secured() && !origin.is_by_proxy && !exchange.peer.is_loopback())
        return {403, kInClear};
    return refusal_of(exchange.request, origin);
}

RequestGuard::Refusal RequestGuard::refusal_of_change(const net::http::Exchange& exchange) const {
    if (const Refusal refusal = refusal_of(exchange)) return refusal;
    return refusal_of_change(exchange.request, origin_of(exchange));
}

RequestGuard::Refusal RequestGuard::refusal_of(const net::http::Request& request,
                                               const RequestOrigin& origin) const {
    if (!origin.problem.empty()) return {400, origin.problem};
    if (!is_ours(origin.host)) return {403, kNotOurs};
    const std::string_view site = request.field("Sec-Fetch-Site").value_or("");
    if (request.path.starts_with("/api/") && same_name(site, "cross-site"))
        return {403, kOtherSite};
    return {};
}

RequestGuard::Refusal RequestGuard::refusal_of_change(const net::http::Request& request,
                                                      const RequestOrigin& origin) const {
    if (const Refusal refusal = refusal_of(request, origin)) return refusal;
    const auto site = request.field("Sec-Fetch-Site");
    if (site && !same_name(*site, "same-origin")) return {403, kOtherPage};
    const auto from = request.field("Origin");
    if (!from || same_name(*from, origin.text())) return {};
    return {403, reason_against(*from, origin)};
}

}  // namespace waymark::tracker
