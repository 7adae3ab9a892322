// Share links that people make and end from the pages, by name (times in Unix ms):
//
//   share.add     {"device":1,"name":"Anna","until":T,"live":true,"from":T}; or "live":false with
//                 "from" and "to". A live one without "from" begins now. "battery":true shows that
//                 as well. -> {"share":1,"secret":"..."}; the secret is told here and never again
//   share.end     {"share":1} -> {}
//   share.looked  {"share":1} -> {}: somebody has looked, said by the web app

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> share_changes();

}  // namespace waymark::tracker
