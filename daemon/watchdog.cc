#include "daemon/watchdog.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

// More is a mistake, and could not be added to a clock.
constexpr std::int64_t kLongestMicroseconds = 86'400'000'000;

std::optional<std::int64_t> take_number(const char* name) {
    const char* const found = std::getenv(name);
    if (found == nullptr) return std::nullopt;
    const std::string text = found;
    ::unsetenv(name);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number <= 0 ||
        number > kLongestMicroseconds)
        throw UsageError(
            fmt::format("{}={}: is no number from 1 to {}; start the service by its manager, or "
                        "unset the variable",
                        name, text, kLongestMicroseconds));
    return number;
}

}  // namespace

std::optional<std::chrono::microseconds> take_watchdog_interval() {
    const std::optional<std::int64_t> process = take_number("WATCHDOG_PID");
    const std::optional<std::int64_t> interval = take_number("WATCHDOG_USEC");
    if (!interval || (process && *process != ::getpid())) return std::nullopt;
    return std::chrono::microseconds(*interval);
}

}  // namespace waymark::daemon
