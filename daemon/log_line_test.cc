#include "daemon/log_line.hh"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <string>

using namespace waymark::daemon;

namespace {

// 2026-11-05T03:04:05.006Z
const std::chrono::system_clock::time_point kNow{std::chrono::milliseconds(1'793'847'845'006)};

std::string text_of(const LineBuffer& line) {
    return {line.data(), line.size()};
}

std::string escaped(std::string_view message) {
    LineBuffer line;
    append_escaped(line, message);
    return text_of(line);
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
        {"\xc2", "\\xc2"},
        {"\xc2"
         "A",
         "\\xc2"
         "A"},
        {"\x9b"
         "31m",
         "\\x9b31m"},                         // obeyed by terminals that do not speak UTF-8
        {"\xe2\x80\xae", "\\xe2\\x80\\xae"},  // U+202E, from right to left
        {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},  // U+2066
        {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},  // U+2028, a line end
        {"\xd8\x9c", "\\xd8\\x9c"},           // U+061C
        {"\xe2\x82\xac \xf0\x9f\x9a\xb2", "\xe2\x82\xac \xf0\x9f\x9a\xb2"},
        {"\xef\xbf\xbd", "\xef\xbf\xbd"},  // U+FFFD itself
        {"\xe2\x82", "\\xe2\\x82"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},  // U+07FF in three bytes, where two do
        {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},                       // half a pair of UTF-16
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},              // U+110000
        {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},  // beside them
        {"", ""},
    };
    for (const auto& [message, expected] : cases) CHECK(escaped(message) == expected);
}

TEST_CASE("a line has a longest length with its end, also when each byte becomes four") {
    const std::string longest(kLongestLine - 4, 'a');
    CHECK(escaped(longest) == longest);
    CHECK(escaped(std::string(100'000, 'a')) == longest + "...");
    const std::string hidden = escaped(std::string(100'000, '\n'));
    CHECK(hidden.size() < kLongestLine);
    CHECK(hidden.ends_with("\\x0a..."));
    LineBuffer line;
    line.append(std::string(100, 'h'));  // a head
    append_escaped(line, std::string(100'000, 'a'));
    CHECK(line.size() == kLongestLine - 1);
}

TEST_CASE("times are written as the standards say") {
    LineBuffer iso;
    append_iso_time(iso, kNow);
    CHECK(text_of(iso) == "2026-11-05T03:04:05.006Z");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    LineBuffer syslog;
    append_syslog_time(syslog, kNow);
    CHECK(text_of(syslog) == "Nov  5 03:04:05");
}

TEST_CASE("a line too long is seen to be so, up to twice its length") {
    LineBuffer line;
    line.append(std::string(kLongestLine + 1, 'a'));
    CHECK(text_of(line) == std::string(kLongestLine + 1, 'a'));
    line.append(std::string(100'000, 'b'));
    line.push_back('c');
    CHECK(text_of(line) == std::string(kLongestLine + 1, 'a') + std::string(kLongestLine - 1, 'b'));
}
