// The setting `forward`: where fixes are sent on to.

#pragma once

#include <string>
#include <vector>

#include "net/http/http_url.hh"

namespace waymark::tracker {

// At most eight addresses, each once, without what follows a '?'. Throws UsageError, which begins
// with "forward: " and names the one that is wrong.
std::vector<net::http::HttpUrl> parse_destinations(const std::vector<std::string>& urls);

// For whoever names an authority (`forward-authority`): throws UsageError where none of these
// servers, of which there are some, shows a certificate.
void require_secured(const std::vector<net::http::HttpUrl>& destinations);

}  // namespace waymark::tracker
