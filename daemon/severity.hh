// How serious a message is: the eight words of the system log, in its order. They are names and
// numbers that every log reader knows, so there is no reason for own ones.

#pragma once

#include <optional>
#include <string_view>

namespace waymark::daemon {

// RFC 5424, 6.2.1; the smaller, the worse.
enum class Severity : int {
    emergency = 0,
    alert = 1,
    critical = 2,
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7,
};

// "warning" and so on, for configuration files and lines.
std::string_view name_of(Severity severity);
std::optional<Severity> severity_from(std::string_view name);

}  // namespace waymark::daemon
