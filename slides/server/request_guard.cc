#include "slides/server/request_guard.hh"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/error.hh"
#include "net/http/url.hh"

namespace waymark::slides {

namespace {

constexpr std::string_view kScheme = "http://";

std::string new_token() {
    if (sodium_init() < 0) daemon::fail(ENOSYS, "sodium_init");
    std::array<unsigned char, 16> bytes;
    randombytes_buf(bytes.data(), bytes.size());
    std::string token(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(token.data(), token.size(), bytes.data(), bytes.size());
    token.pop_back();  // the terminating zero
    return token;
}

// Takes as long for a wrong first digit as for a wrong last one, so that a token cannot be guessed
// digit by digit with a clock.
bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// In either case, with a port or none (RFC 9110, 4.2.3).
bool names_this_machine(std::string_view host) {
    if (!net::http::valid_host(host)) return false;
    for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
        const std::string_view rest = host.substr(std::min(name.size(), host.size()));
        if (net::http::same_name(host.substr(0, name.size()), name) &&
            (rest.empty() || rest.front() == ':'))
            return true;
    }
    return false;
}

}  // namespace

RequestGuard::RequestGuard() : token_(new_token()) {}

std::string_view RequestGuard::reason_to_refuse_page(const net::http::Request& request) const {
    if (names_this_machine(request.host)) return {};
    return "This server runs programs and answers to this machine only: open it as "
           "http://127.0.0.1 or http://localhost with its port. From another machine make a tunnel "
           "(ssh -L 8090:127.0.0.1:8090 THIS_MACHINE) and open its near end in the same way.\n";
}

std::string_view RequestGuard::reason_to_refuse_run(const net::http::Request& request) const {
    const std::string_view host = reason_to_refuse_page(request);
    if (!host.empty()) return host;
    const std::string_view origin = request.field("Origin").value_or("");
    if (!origin.starts_with(kScheme) ||
        !net::http::same_name(origin.substr(kScheme.size()), request.host))
        return "Only this server's own pages may run a demo (Origin).\n";
    const std::string_view site = request.field("Sec-Fetch-Site").value_or("same-origin");
    if (site != "same-origin")
        return "Only this server's own pages may run a demo (Sec-Fetch-Site).\n";
    if (!same_secret(request.field("X-Waymark-Token").value_or(""), token_))
        return "This page is from an earlier start of the server: reload it.\n";
    return {};
}

}  // namespace waymark::slides
