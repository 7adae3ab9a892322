// How the web app adds its routes: each behind the request guard, for GET and HEAD, and with an
// answer of our own for whatever else is asked.

#pragma once

#include <string_view>

#include "net/http/router.hh"

namespace waymark::tracker {

void add_get(net::http::Router& router, std::string_view pattern, net::http::Handler handler);

// What no route before it takes is 404.
void add_not_found(net::http::Router& router);

}  // namespace waymark::tracker
