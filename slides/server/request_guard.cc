#include "slides/server/request_guard.hh"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

constexpr std::string_view kScheme = "http://";

std::string new_token() {
    std::array<unsigned char, 16> bytes;
    daemon::check(::getrandom(bytes.data(), bytes.size(), 0), "getrandom");
    std::string token;
    for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
    return token;
}

// Takes as long for a wrong first digit as for a wrong last one, so that a token cannot be guessed
// digit by digit with a clock.
bool same_secret(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

}  // namespace

RequestGuard::RequestGuard(std::uint16_t port) : port_(std::to_string(port)), token_(new_token()) {}

// At port 80 a browser leaves the port out (RFC 9110, 4.2.3).
bool RequestGuard::names_us(std::string_view host) const {
    for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
        if (!host.starts_with(name)) continue;
        const std::string_view rest = host.substr(name.size());
        if (rest.empty() ? port_ == "80" : rest == ":" + port_) return true;
    }
    return false;
}

std::string_view RequestGuard::reason_to_refuse_page(const net::http::Request& request) const {
    if (names_us(request.host)) return {};
    return "This server runs programs and answers to this machine only: open it as "
           "http://127.0.0.1 with its port.\n";
}

std::string_view RequestGuard::reason_to_refuse_run(const net::http::Request& request) const {
    const std::string_view host = reason_to_refuse_page(request);
    if (!host.empty()) return host;
    const std::string_view origin = request.field("Origin").value_or("");
    if (!origin.starts_with(kScheme) || origin.substr(kScheme.size()) != request.host)
        return "Only this server's own pages may run a demo (Origin).\n";
    const std::string_view site = request.field("Sec-Fetch-Site").value_or("same-origin");
    if (site != "same-origin")
        return "Only this server's own pages may run a demo (Sec-Fetch-Site).\n";
    if (!same_secret(request.field("X-Waymark-Token").value_or(""), token_))
        return "This page is from an earlier start of the server: reload it.\n";
    return {};
}

}  // namespace waymark::slides
