// Lesson 11: stdout is gone: who hears you? Here: the text of a line. What a peer says is made
// harmless, letter by letter, as a slow model has it (model.hh), and the time is the world's. The
// line's way out is in check_line.cpp, what is lost in check_lost.cpp, what gets out in parts in
// check_part.cpp, the file in check_file.cpp, the system log in check_syslog.cpp, and two threads
// at once in check_together.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <utility>

#include "advice.hh"
#include "daemon/log_line.hh"
#include "lessons/course/check/processes.hh"
#include "model.hh"

using namespace waymark::course::check;
using waymark::daemon::kLongestLine;
using waymark::daemon::LineBuffer;

namespace {

using Instant = std::chrono::system_clock::time_point;

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

std::string iso_time(Instant now) {
    LineBuffer line;
    waymark::daemon::append_iso_time(line, now);
    return {line.data(), line.size()};
}

// Of the instants in `cases`, the number of the first that is written in another way; 0: none.
struct TimeCase {
    long long nanoseconds;
    const char* text;
};
constexpr TimeCase kTimes[] = {
    {1'793'847'845'006'000'000, "2026-11-05T03:04:05.006Z"},
    {0, "1970-01-01T00:00:00.000Z"},
    {1'709'164'799'999'999'999, "2024-02-28T23:59:59.999Z"},
    {1'709'164'800'050'000'000, "2024-02-29T00:00:00.050Z"},
    {-1'000'000, "1969-12-31T23:59:59.999Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {-86'400'000'000'000, "1969-12-31T00:00:00.000Z"},
    {4'102'444'800'123'456'789, "2100-01-01T00:00:00.123Z"},
};

Instant at(const TimeCase& one) {
    return Instant(
        std::chrono::duration_cast<Instant::duration>(std::chrono::nanoseconds(one.nanoseconds)));
}

// Letters of all kinds, and bytes that are none.
std::string any_text(std::mt19937& random, std::size_t length) {
    const auto one_of = [&](unsigned most) { return random() % most; };
    std::string text;
    while (text.size() < length) switch (one_of(6)) {
            case 0:
                text += static_cast<char>(one_of(256));
                break;
            case 1:
                text += utf8_of(static_cast<char32_t>(one_of(0x110000)));
                break;
            case 2:
                text += utf8_of(static_cast<char32_t>(0x2000 + one_of(0x80)));
                break;
            case 3:
                text += utf8_of(static_cast<char32_t>(one_of(0x180)));
                break;
            default:
                text += static_cast<char>(' ' + one_of(95));
        }
    return text;
}

}  // namespace

TEST_CASE("a plain message stays as it is") {
    for (const char* text : {"listening on port 5055", "100 % {} {0} %s %n", "a", ""}) {
        step(fmt::format("append {}", show(text)));
        expect_as_in_the_model("", text);
        expect_as_in_the_model("head: ", text);
    }
}

TEST_CASE("each byte alone is a letter or is escaped") {
    step("append each of the 256 bytes, alone and between two letters");
    for (int byte = 0; byte < 256; ++byte) {
        expect_as_in_the_model("", bytes({byte}));
        expect_as_in_the_model("head: ", bytes({'a', byte, 'z'}));
    }
}

TEST_CASE("a name that begins a line begins none") {
    step("append names with a line end, a carriage return, a tab, ESC, DEL, and a byte 0");
    expect_as_in_the_model("login: ", "bob\nroot[1] notice: login: root");
    expect_as_in_the_model("", "bob\rroot");
    expect_as_in_the_model("", "\t\x1b[2J\x7f");
    expect_as_in_the_model("", std::string_view("a\0b", 3));
    step("append one with a backslash, which could be taken for an escape");
    expect_as_in_the_model("", "C:\\x0a");
}

TEST_CASE("letters of every script stay and those that change the line do not") {
    step("append each code from U+0000 to U+FFFF, some hundred at a time");
    std::string text;
    for (char32_t code = 0; code < 0x10000; ++code) {
        text += utf8_of(code);
        if (text.size() > 900) expect_as_in_the_model("", std::exchange(text, ""));
    }
    step("append codes beyond, up to U+10FFFF");
    for (char32_t code = 0x10000; code < 0x110000; code += code < 0x10ff00 ? 251 : 1) {
        text += utf8_of(code);
        if (text.size() > 900) expect_as_in_the_model("", std::exchange(text, ""));
    }
    step("append each hidden one alone");
    for (const char32_t code : {0x80, 0x85, 0x9b, 0x9f, 0xa0, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029,
                                0x202a, 0x202e, 0x202f, 0x2066, 0x2069, 0xfffd, 0xfeff})
        expect_as_in_the_model("", utf8_of(code));
}

TEST_CASE("bytes that are no letter are escaped one by one") {
    step("append each pair of a byte that may begin a letter with another byte");
    for (int first = 0x7e; first < 256; ++first)
        for (int second = 0; second < 256; second += second < 0x7e || second > 0xc2 ? 7 : 1)
            expect_as_in_the_model("", bytes({first, second}));
    step("append letters that end too early, too long forms, and half a pair of UTF-16");
    for (const auto& text :
         {bytes({0xe2, 0x82}), bytes({0xe2, 0x82, 'a'}), bytes({0xf0, 0x9f, 0x9a}),
          bytes({0xc0, 0x8a}), bytes({0xe0, 0x80, 0x8a}), bytes({0xe0, 0x9f, 0xbf}),
          bytes({0xf0, 0x8f, 0xbf, 0xbf}), bytes({0xed, 0xa0, 0x80}),
          bytes({0xf4, 0x90, 0x80, 0x80}), bytes({0x9b, '3', '1', 'm'}), bytes({0xc2, 0xc2, 0xa9}),
          bytes({0xe2, 0x80, 0xe2, 0x80, 0xa8})})
        expect_as_in_the_model("", text);
}

TEST_CASE("a long message is cut between two letters") {
    const std::size_t room = kLongestLine - 1;
    step("append messages of lengths round the longest, behind heads of several lengths");
    for (const std::size_t head : {0U, 47U, 250U})
        for (std::size_t length = room - head - 4; length < room - head + 3; ++length)
            expect_as_in_the_model(std::string(head, 'h'), std::string(length, 'a'));
    step("the same with a letter of one to four bytes, or an escape, at the place of the cut");
    for (const std::string& letter : {std::string("\n"), utf8_of(0xdf), utf8_of(0x20ac),
                                      utf8_of(0x1f6b2), utf8_of(0x202e), bytes({0xff})})
        for (std::size_t length = room - 17; length < room; length += length < room - 6 ? 4 : 1)
            expect_as_in_the_model("", std::string(length, 'a') + letter + "zzzz");
    step("append 5000 line ends");
    expect_as_in_the_model("head: ", std::string(5'000, '\n'));
}

TEST_CASE("texts of all kinds are as in the model") {
    step("append 100 made texts of 1 to 5000 bytes");
    std::mt19937 random(11);
    for (int i = 0; i < 100; ++i) {
        const std::string head(random() % 60, 'h');
        expect_as_in_the_model(head, any_text(random, i % 5 == 0 ? 5000 : 1 + random() % 300));
    }
}

TEST_CASE("the time is in UTC with milliseconds") {
    for (const TimeCase& one : kTimes) {
        step(fmt::format("write the time {} ns after 1970 began", one.nanoseconds));
        const std::string seen = iso_time(at(one));
        expect(seen == one.text, "the time", one.text, seen,
               seen.empty()          ? kNotWritten
               : one.nanoseconds < 0 ? kTowards1970  // those behind 1970 went well
                                     : kTime);
    }
    step("behind something that is in the line already");
    LineBuffer line;
    line.append(std::string_view("\n"));
    waymark::daemon::append_iso_time(line, at(kTimes[0]));
    expect(std::string_view(line.data(), line.size()) == std::string("\n") + kTimes[0].text,
           "the line", show(std::string("\n") + kTimes[0].text),
           show(std::string_view(line.data(), line.size())), kTime);
}

TEST_CASE("the time zone of the process does not matter") {
    step(
        "in a process whose time zone is five hours and 45 minutes from UTC, write the same times");
    const int wrong = in_a_process([] {
        ::setenv("TZ", "XYZ-5:45", 1);
        ::tzset();
        for (int i = 0; i < 8; ++i)
            if (iso_time(at(kTimes[i])) != kTimes[i].text) return i + 1;
        return 0;
    });
    expect(wrong == 0, "the times", "those of UTC", "others", kTime);
}

TEST_CASE("the time leaves alone what other threads share") {
    step("keep what gmtime(3) gave to somebody else, and write a time");
    const std::time_t day = 86'400 * 365;
    const std::tm* const shared = std::gmtime(&day);
    const std::tm before = *shared;
    iso_time(at(kTimes[0]));
    const bool same = shared->tm_year == before.tm_year && shared->tm_yday == before.tm_yday &&
                      shared->tm_sec == before.tm_sec;
    expect(same, "the date of somebody else", "as it was", "overwritten: it is one for all threads",
           kSharedTime);
}
