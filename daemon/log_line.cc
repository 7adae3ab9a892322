#include "daemon/log_line.hh"

#include <array>
#include <ctime>
#include <iterator>

namespace waymark::daemon {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_control(unsigned char byte) {
    return byte < 0x20 || byte == 0x7f;
}

// U+0080 to U+009F are C2 80 to C2 9F in UTF-8; some terminals obey them like escape sequences.
bool starts_control_letter(std::string_view text) {
    if (text.size() < 2) return false;
    const auto second = static_cast<unsigned char>(text[1]);
    return text[0] == '\xc2' && second >= 0x80 && second < 0xa0;
}

void append_as_hex(LineBuffer& line, char character) {
    fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(character));
}

}  // namespace

void append_escaped(LineBuffer& line, std::string_view message) {
    const std::size_t start = line.size();
    while (!message.empty()) {
        if (line.size() - start >= kLongestLine) {
            fmt::format_to(std::back_inserter(line), "...");
            return;
        }
        const char first = message.front();
        const std::size_t hidden = starts_control_letter(message) ? 2
                                   : is_control(static_cast<unsigned char>(first)) || first == '\\'
                                       ? 1
                                       : 0;
        for (std::size_t i = 0; i < hidden; ++i) append_as_hex(line, message[i]);
        if (hidden == 0) line.push_back(first);
        message.remove_prefix(hidden == 0 ? 1 : hidden);
    }
}

void append_iso_time(LineBuffer& line, std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now - seconds);
    const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
    std::tm date{};
    ::gmtime_r(&time, &date);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min,
                   date.tm_sec, milliseconds.count());
}

void append_syslog_time(LineBuffer& line, std::chrono::system_clock::time_point now) {
    const std::time_t time = std::chrono::system_clock::to_time_t(now);
    std::tm date{};
    ::localtime_r(&time, &date);
    fmt::format_to(std::back_inserter(line), "{} {:2} {:02}:{:02}:{:02}",
                   kMonths[static_cast<std::size_t>(date.tm_mon)], date.tm_mday, date.tm_hour,
                   date.tm_min, date.tm_sec);
}

}  // namespace waymark::daemon
