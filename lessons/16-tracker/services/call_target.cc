#include "services/call_target.hh"

#include <fmt/core.h>

#include <charconv>
#include <system_error>

#include "daemon/error.hh"
#include "net/http/http_url.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::string_view kPlain = "mqtt://";
constexpr std::string_view kSecured = "mqtts://";

std::string_view without_brackets(std::string_view host) {
    const bool has_them = host.size() > 1 && host.front() == '[' && host.back() == ']';
    return has_them ? host.substr(1, host.size() - 2) : host;
}

bool is_port(std::string_view digits, std::uint16_t& port) {
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    return error == std::errc() && stop == end && port != 0;
}

// "HOST:PORT", or "HOST" where there is a usual port. False if it is neither. What can be no name
// is said by the look-up.
bool parse(std::string_view text, std::uint16_t usual_port, CallTarget& target) {
    const std::size_t colon = net::http::port_colon(text);
    target.host = without_brackets(text.substr(0, colon));
    target.port = usual_port;
    if (colon != text.npos && !is_port(text.substr(colon + 1), target.port)) return false;
    if (target.host.empty() || target.port == 0 || text.find_first_of("/?#@ ") != text.npos)
        return false;
    target.host_and_port = fmt::format("{}:{}", text.substr(0, colon), target.port);
    return true;
}

}  // namespace

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
