#include "daemon/watchdog.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "daemon/error.hh"

using namespace waymark::daemon;

namespace {

std::optional<std::chrono::microseconds> interval_of(const char* microseconds,
                                                     const std::string& process) {
    if (microseconds != nullptr) ::setenv("WATCHDOG_USEC", microseconds, 1);
    if (!process.empty()) ::setenv("WATCHDOG_PID", process.c_str(), 1);
    return take_watchdog_interval();
}

}  // namespace

TEST_CASE("the interval is the manager's, and for the process that it means") {
    const std::string own = std::to_string(::getpid());
    using std::chrono::microseconds;
    CHECK(interval_of("3000000", own) == microseconds(3'000'000));
    CHECK(interval_of("1", "") == microseconds(1));
    CHECK(interval_of("3000000", "1") == std::nullopt);
    CHECK(interval_of(nullptr, own) == std::nullopt);
    CHECK(interval_of(nullptr, "") == std::nullopt);
}

TEST_CASE("no child hears of it, and the second call gives nothing") {
    REQUIRE(interval_of("3000000", std::to_string(::getpid())));
    CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
    CHECK(std::getenv("WATCHDOG_PID") == nullptr);
    CHECK_FALSE(take_watchdog_interval());
}

TEST_CASE("what is no interval is refused by its name") {
    for (const char* text : {"", "0", "-5", "3s", " 3", "99999999999999999999", "86400000001"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(interval_of(text, ""), doctest::Contains("WATCHDOG_USEC="),
                             UsageError);
    }
    CHECK_THROWS_WITH_AS(interval_of("5", "me"), doctest::Contains("WATCHDOG_PID=me"), UsageError);
    ::unsetenv("WATCHDOG_USEC");
}
