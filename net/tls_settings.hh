// What a context (net/tls_context) and its sessions share, and what lives as long as the last of
// them: OpenSSL's SSL_CTX and the texts that it points to. For sources: heavy headers.

#pragma once

#include <string>
#include <vector>

#include "net/openssl_owned.hh"

namespace waymark::net {

struct TlsSettings {
    Owned<SSL_CTX> context;
    std::string protocols;           // for ALPN, each with its length before it (RFC 7301)
    std::vector<std::string> notes;  // TlsServerContext::notes()
    std::string answer_to_http;      // of a server; may be empty
};

}  // namespace waymark::net
