// How the web app answers: the fields that go with every answer, data, and refusals in JSON.

#pragma once

#include <chrono>
#include <string_view>

#include "net/http/exchange.hh"
#include "net/http/writer.hh"

namespace waymark::tracker {

// What a browser may do with our pages and answers: load from here only, run no inline script, be
// in no frame, believe our content types (Content Security Policy Level 3, W3C; RFC 9110, 8.3).
// The server sends them with every answer. Pictures may come from `picture_origin` as well, if it
// is not empty: an origin as map/tile_url.hh gives it.
net::http::FieldBlock security_fields(std::string_view picture_origin = {});

// Begins the answer to who asked for data, which is kept nowhere.
void begin_data(net::http::Exchange& exchange, int status);

// A whole answer. `body` is JSON.
void answer_json(net::http::Exchange& exchange, int status, std::string_view body);
// {"error": "..."}.
void answer_error(net::http::Exchange& exchange, int status, std::string_view message);
// 503: it may work when asked again.
void answer_later(net::http::Exchange& exchange, std::string_view message,
                  std::chrono::seconds retry_after);

}  // namespace waymark::tracker
