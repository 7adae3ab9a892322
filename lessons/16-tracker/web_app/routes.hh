// How the web app adds its routes: each behind the request guard, for GET and HEAD or for POST, and
// with an answer of our own for whatever else is asked.

#pragma once

#include <string_view>

#include "net/http/router.hh"

namespace waymark::tracker {

void add_get(net::http::Router& router, std::string_view pattern, net::http::Handler handler);

// What changes something: for pages of ours only, and for programs that are no browser. Without a
// body.
void add_post(net::http::Router& router, std::string_view pattern, net::http::Handler handler);

// What no route before it takes is 404.
void add_not_found(net::http::Router& router);

}  // namespace waymark::tracker
