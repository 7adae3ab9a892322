// Keeps web pages from writing positions. Any page that a browser shows can send requests to any
// address that the browser reaches, this server's as well, and need not be able to read the answer.
// Phones are apps, not pages, so what only a browser says gives a page away:
// - Origin: with each POST of a page, and with each request that must be allowed first (Fetch, 3.2)
// - Sec-Fetch-Site: to localhost and over https; "none" is a person who typed the address
// - Referer: unless the page has switched it off
//
// A page that is served under a name which then points here (DNS rebinding) says the same, so the
// Host field is not asked: phones send whatever name their owner, or a proxy, has for this server.
// What remains is a GET to plain http that hides where it comes from, as an image can. It looks
// like a phone's, and only the device's token keeps it out: identifiers can be guessed.
//
// Phones send with GET and POST, and scripts with PUT, too. Other methods store nothing: OPTIONS
// asks what a page may do, TRACE what arrives, and HEAD what a GET would say.

#pragma once

#include "net/http/message.hh"
#include "protocol.hh"

namespace waymark::tracker {

// Whether the request is refused, for one of these or for its method; then `decoded` is the
// refusal.
bool refuse_page(const net::http::Request& request, Decoded& decoded);

}  // namespace waymark::tracker
