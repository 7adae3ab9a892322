// Whom a client asks for, told to OpenSSL: the name that the server may choose its certificate by
// (SNI, RFC 6066, section 3), and the name or address that the certificate must be of (RFC 6125).
// Without the second any certificate of a trusted authority will do: that of the attacker too.

#pragma once

#include <string_view>

struct ssl_st;

namespace waymark::net {

// Whether a certificate can be of this name: labels of letters, digits, '-' and '_', at most 253
// bytes in all, with or without a dot at its end. "192.0.2.1" has that form as well.
bool is_server_name(std::string_view name);

// `name` is a DNS name, with or without a dot at its end, or an IP address without brackets. An
// address is looked for among the certificate's addresses, and not told to the server: SNI is for
// names. Only the extension subjectAltName counts, not the subject's CN, and a wildcard only as a
// whole label. Throws UsageError for what is neither.
void expect_server_name(ssl_st* ssl, std::string_view name);

}  // namespace waymark::net
