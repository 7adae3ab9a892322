#include "daemon/severity.hh"

#include <array>
#include <cstddef>

namespace waymark::daemon {

namespace {

constexpr std::array<std::string_view, 8> kNames = {"emergency", "alert",  "critical", "error",
                                                    "warning",   "notice", "info",     "debug"};

}  // namespace

std::string_view name_of(Severity severity) {
    return kNames[static_cast<std::size_t>(severity)];
}

std::optional<Severity> severity_from(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Severity>(i);
    return std::nullopt;
}

}  // namespace waymark::daemon
