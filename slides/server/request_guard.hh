// Who may have a demo run. The server listens on loopback, but a browser on this machine also shows
// pages from elsewhere, and those can reach loopback, too. So each request must name this server as
// its host (a page whose own name was made to point here does not: DNS rebinding), with any port,
// for a tunnel to it may begin at another one; and what starts or steers a program must come from
// one of our own pages, too, which the browser says in Origin (RFC 6454, 7) and Sec-Fetch-Site
// (Fetch Metadata Request Headers, W3C), and must carry the token that is written into those pages,
// another one at each start of the server. Old browsers send no Sec-Fetch-Site; the others are
// never optional.

#pragma once

#include <string>
#include <string_view>

#include "net/http/message.hh"

namespace waymark::slides {

class RequestGuard {
  public:
    // Throws std::system_error if libsodium, which makes and compares the token, cannot begin.
    RequestGuard();

    // For the pages: 32 hexadecimal digits.
    const std::string& token() const { return token_; }

    // "", or why the request is refused with 403.
    std::string_view reason_to_refuse_page(const net::http::Request& request) const;
    std::string_view reason_to_refuse_run(const net::http::Request& request) const;

  private:
    std::string token_;
};

}  // namespace waymark::slides
