// The cookie by which a browser is known: a random token (token.hh) of which the server keeps a
// hash. Scripts do not see it (HttpOnly), other sites do not send it with what changes something
// (SameSite=Lax), and over TLS its name begins with __Host-, so that it is sent over TLS only and
// no other host of the domain can set it (RFC 6265bis, 4.1.3.2 and 5.8).

#pragma once

#include <string>
#include <string_view>

#include "net/http/message.hh"

namespace waymark::tracker {

// The value of the cookie of that name in a request's Cookie fields; "" if there is none. Where it
// comes twice the first counts, as the longer path's does (RFC 6265, 5.4).
std::string_view cookie_value(const net::http::Request& request, std::string_view name);

// The token that the request brings; "" if it brings none. `is_https` says that nobody on the way
// can read along.
std::string_view session_token(const net::http::Request& request, bool is_https);

// The value of a Set-Cookie field that gives the browser its token, or takes it away.
std::string session_cookie(std::string_view token, bool is_https);
std::string ended_session_cookie(bool is_https);

}  // namespace waymark::tracker
