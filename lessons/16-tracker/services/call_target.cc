#include "services/call_target.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/http/http_url.hh"
#include "net/resolve.hh"
#include "net/tls_server_name.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::string_view kPlain = "mqtt://";
constexpr std::string_view kSecured = "mqtts://";

// "[::1]" without its brackets, which stand around an address and nothing else; a name as it is.
// Nothing for other texts; for "unix", which net/resolve takes for the beginning of a path; and for
// a zone by its name, "fe80::1%eth0": the caller may not ask the system for its number.
std::optional<std::string_view> host_in(std::string_view text) {
    const bool has_brackets = text.size() > 1 && text.front() == '[' && text.back() == ']';
    const std::string_view host = has_brackets ? text.substr(1, text.size() - 2) : text;
    const bool is_right = has_brackets ? host.find(':') != host.npos : host != "unix";
    const std::string_view zone = host.substr(std::min(host.find('%'), host.size()));
    if (!is_right || zone.find_first_not_of("%0123456789") != zone.npos || !is_host_to_call(host))
        return std::nullopt;
    return host;
}

bool is_port(std::string_view digits, std::uint16_t& port) {
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    return error == std::errc() && stop == end && port != 0;
}

// "HOST:PORT", or "HOST" where there is a usual port. False if it is neither: what passes here and
// cannot be called would end the caller, with all that it does besides, at each of its starts.
bool parse(std::string_view text, std::uint16_t usual_port, CallTarget& target) {
    const std::size_t colon = net::http::port_colon(text);
    const std::optional<std::string_view> host = host_in(text.substr(0, colon));
    target.port = usual_port;
    if (colon != text.npos && !is_port(text.substr(colon + 1), target.port)) return false;
    if (!host || target.port == 0) return false;
    target.host = *host;
    target.host_and_port = fmt::format("{}:{}", text.substr(0, colon), target.port);
    return true;
}

}  // namespace

bool is_host_to_call(std::string_view host) {
    return net::Address::parse_ip(host) || (net::is_server_name(host) && net::can_be_a_name(host));
}

CallTarget parse_gpsd(std::string_view text) {
    CallTarget target;
    if (parse(text, 0, target)) return target;
    throw UsageError(fmt::format("gpsd: '{}' is no HOST:PORT, such as localhost:2947", text));
}

CallTarget parse_mqtt(std::string_view text) {
    CallTarget target;
    target.is_secured = text.starts_with(kSecured);
    const bool is_url = target.is_secured || text.starts_with(kPlain);
    const std::string_view rest =
        is_url ? text.substr((target.is_secured ? kSecured : kPlain).size()) : text;
    const std::uint16_t usual_port = !is_url ? 0 : target.is_secured ? 8883 : 1883;
    if (parse(rest, usual_port, target)) return target;
    throw UsageError(
        fmt::format("mqtt: '{}' is no HOST:PORT, such as localhost:1883, and no address such as "
                    "mqtts://broker.example",
                    text));
}

}  // namespace waymark::tracker
