#include "services/forward_destinations.hh"

#include <fmt/core.h>

#include <algorithm>

#include "daemon/error.hh"
#include "services/call_target.hh"

namespace waymark::tracker {

using daemon::UsageError;
using net::http::HttpUrl;

namespace {

constexpr std::size_t kMostDestinations = 8;

// What follows a '?' would be taken for a part of the fix.
HttpUrl parse_destination(const std::string& text) {
    try {
        HttpUrl url = net::http::parse_http_url(text);
        if (text.find('?') == text.npos && is_host_to_call(url.host)) return url;
    } catch (const UsageError&) {  // said below, in the words of this setting
    }
    throw UsageError(
        fmt::format("forward: '{}' is no address such as https://other.example:5055", text));
}

}  // namespace

std::vector<HttpUrl> parse_destinations(const std::vector<std::string>& urls) {
    if (urls.size() > kMostDestinations)
        throw UsageError(
            fmt::format("forward: {} servers are more than {}", urls.size(), kMostDestinations));
    std::vector<HttpUrl> parsed;
    for (auto url = urls.begin(); url != urls.end(); ++url) {
        if (std::find(urls.begin(), url, *url) != url)
            throw UsageError(fmt::format("forward: '{}' is there twice", *url));
        parsed.push_back(parse_destination(*url));
    }
    return parsed;
}

// The path is not said: it may be a secret.
void require_secured(const std::vector<HttpUrl>& destinations) {
    if (destinations.empty() || std::ranges::any_of(destinations, &HttpUrl::is_secured)) return;
    throw UsageError(
        fmt::format("forward, forward-authority: fixes go to http://{0} without TLS, and no "
                    "certificate is looked at; write https://{0}, or leave forward-authority out",
                    destinations.front().authority));
}

}  // namespace waymark::tracker
