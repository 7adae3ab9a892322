// Who may ask. There are no accounts yet, so the web app listens on loopback addresses only; but a
// page from anywhere, shown by a browser on this machine, reaches those, too:
//   - by DNS rebinding: the page's own name is made to point to 127.0.0.1, and the browser then
//     takes our answers for the page's own. The Host field still has that name: refused.
//   - by asking across sites: the browser hides the answer, but the question has been asked. It
//     says so in Sec-Fetch-Site (Fetch Metadata Request Headers, W3C): refused for the API.

#pragma once

#include <string_view>

#include "net/http/message.hh"

namespace waymark::tracker {

// Whether a Host field names this machine for sure: "localhost" or a loopback address, with any
// port or none.
bool is_local_host(std::string_view host);

// "" or why the request is refused, with status 403.
std::string_view reason_to_refuse(const net::http::Request& request);

// The same for a request that changes something: a browser says from where it comes, in Origin (RFC
// 6454) and Sec-Fetch-Site, and only our own pages may.
std::string_view reason_to_refuse_change(const net::http::Request& request);

}  // namespace waymark::tracker
