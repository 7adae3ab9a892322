// The status codes that we send, in words (RFC 9110, 15; RFC 6585 for 428 to 431).

#pragma once

#include <string_view>

namespace waymark::net::http {

// "Not Found"; "" for a code that has no words here. The words are for people who read traffic; no
// program may go by them (RFC 9112, 4).
std::string_view reason_phrase(int status);

// 1xx, 204 and 304 never have a body, nor a Content-Length of it (RFC 9112, 6.3).
constexpr bool status_has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace waymark::net::http
