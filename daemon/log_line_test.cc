#include "daemon/log_line.hh"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <string>

using namespace waymark::daemon;

namespace {

// 2026-11-05T03:04:05.006Z
const std::chrono::system_clock::time_point kNow{std::chrono::milliseconds(1'793'847'845'006)};

std::string escaped(std::string_view message) {
    LineBuffer line;
    append_escaped(line, message);
    return fmt::to_string(line);
}

}  // namespace

TEST_CASE("nobody forges a line, moves the cursor or hides an escape") {
    const struct {
        std::string_view message;
        std::string_view expected;
    } cases[] = {
        {"plain text", "plain text"},
        {"bob\n<0>root logged in", "bob\\x0a<0>root logged in"},
        {"a\r\n\tb", "a\\x0d\\x0a\\x09b"},
        {"\x1b[2J", "\\x1b[2J"},
        {std::string_view("\0", 1), "\\x00"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"C:\\x0a", "C:\\x5cx0a"},
        {"Stra\xc3\x9f"
         "e \xc2\xa9",
         "Stra\xc3\x9f"
         "e \xc2\xa9"},
        {"\xc2", "\xc2"},
        {"", ""},
    };
    for (const auto& [message, expected] : cases) CHECK(escaped(message) == expected);
}

TEST_CASE("a message has a longest length, also when each byte becomes four") {
    CHECK(escaped(std::string(kLongestLine, 'a')) == std::string(kLongestLine, 'a'));
    CHECK(escaped(std::string(100'000, 'a')) == std::string(kLongestLine, 'a') + "...");
    CHECK(escaped(std::string(100'000, '\n')).size() <= kLongestLine + 8);
}

TEST_CASE("times are written as the standards say") {
    LineBuffer iso;
    append_iso_time(iso, kNow);
    CHECK(fmt::to_string(iso) == "2026-11-05T03:04:05.006Z");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    LineBuffer syslog;
    append_syslog_time(syslog, kNow);
    CHECK(fmt::to_string(syslog) == "Nov  5 03:04:05");
}
