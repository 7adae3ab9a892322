#include "daemon/log_line.hh"

#include <fmt/core.h>

#include <array>
#include <ctime>
#include <iterator>

namespace waymark::daemon {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Letter {
    char32_t code;
    std::size_t bytes;
};

// The least that a letter of so many bytes may say. What says less is not UTF-8 (RFC 3629, 3).
constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};

// The first letter of `text`, which is not empty; U+FFFD, one byte long, if it is not UTF-8.
Letter first_letter(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::size_t bytes = byte(0) < 0xc2   ? 0
                              : byte(0) < 0xe0 ? 2
                              : byte(0) < 0xf0 ? 3
                              : byte(0) < 0xf5 ? 4
                                               : 0;
    if (bytes == 0 || text.size() < bytes) return {0xfffd, 1};
    char32_t code = byte(0) & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {0xfffd, 1};
        code = (code << 6U) | (byte(i) & 0x3fU);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < kLeast[bytes] || is_surrogate || code > 0x10ffff) return {0xfffd, 1};
    return {code, bytes};
}

}  // namespace

//#region exercise-11
namespace {

//#region hidden
bool changes_the_line(char32_t code) {
    const auto in = [code](char32_t first, char32_t last) { return code >= first && code <= last; };
    return code < 0x20 || in(0x7f, 0x9f) || in(0x2028, 0x202e) || in(0x2066, 0x2069) ||
           code == 0x061c || code == 0x200e || code == 0x200f;
}

bool is_hidden(const Letter& letter) {
    return changes_the_line(letter.code) || letter.code == '\\' ||
           (letter.code == 0xfffd && letter.bytes == 1);
}
//#endregion hidden

}  // namespace

void append_escaped(LineBuffer& line, std::string_view message) {
    constexpr std::string_view kCut = "...";
    constexpr std::size_t kRoom = kLongestLine - kCut.size() - 1;
    while (!message.empty()) {
        const Letter letter = first_letter(message);
        const bool hidden = is_hidden(letter);
        const std::size_t shown = letter.bytes * (hidden ? std::string_view("\\x00").size() : 1);
        if (line.size() + shown > kRoom) {
            line.append(kCut);
            return;
        }
        for (const char byte : message.substr(0, letter.bytes))
            if (hidden)
                fmt::format_to(std::back_inserter(line), "\\x{:02x}",
                               static_cast<unsigned char>(byte));
            else
                line.push_back(byte);
        message.remove_prefix(letter.bytes);
    }
}

// Put together from whole days: gmtime_r(3) takes the lock of the time zone, for UTC too, and in a
// child that was forked while another thread held it that lock stays locked.
void append_iso_time(LineBuffer& line, std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now - seconds);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(seconds - day);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                   time.seconds().count(), milliseconds.count());
}
//#endregion exercise-11

void append_syslog_time(LineBuffer& line, std::chrono::system_clock::time_point now) {
    const std::time_t time = std::chrono::system_clock::to_time_t(now);
    std::tm date{};
    ::localtime_r(&time, &date);
    fmt::format_to(std::back_inserter(line), "{} {:2} {:02}:{:02}:{:02}",
                   kMonths[static_cast<std::size_t>(date.tm_mon)], date.tm_mday, date.tm_hour,
                   date.tm_min, date.tm_sec);
}

}  // namespace waymark::daemon
