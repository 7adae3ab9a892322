// What a CGI program learns of its request: the meta-variables of RFC 3875, 4.1, as environment.
// Everything else of the server's own environment is kept from it. Bytes in, values out.
//
// Not handed on: Authorization, which is between the client and who checks it; Proxy, which would
// become HTTP_PROXY, by which many libraries find a proxy ("httpoxy"); and names with anything but
// letters, digits and '-', because "X_User" and "X-User" would become the same variable.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/address.hh"
#include "net/http/message.hh"

namespace waymark::net::http {

struct CgiCall {
    std::string file;         // the program, SCRIPT_FILENAME
    std::string script_name;  // its path in URLs, decoded
    std::string path_info;    // what follows it, decoded; "" or begins with '/'
    std::string document_root;
    bool is_secure = false;  // over TLS
};

// "NAME=value", in no particular order. A NUL cannot be in a request, so neither in a value.
std::vector<std::string> cgi_environment(const Request& request, const CgiCall& call,
                                         const Address& peer, const Address& local);

}  // namespace waymark::net::http
