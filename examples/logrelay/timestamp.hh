// When a system log message was written, as its sender says: an instant, and the zone and the
// precision in which it was told, so that it can be told again as it was. RFC 5424 has all three.
// RFC 3164 has neither year nor zone: "Nov 29 07:03:05" means nothing without a second clock, that
// of the receiver. Odd spellings are refused and not guessed at: a wrong time in a log is worse
// than the time of arrival.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::logrelay {

struct Timestamp {
    std::chrono::sys_time<std::chrono::microseconds> instant;
    std::chrono::minutes offset{0};  // of the zone it is told in, east of UTC
    int fraction_digits = 0;         // of a second, 0 to 6

    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

// RFC 5424, 6.2.3: "2026-11-29T07:03:05.003Z" or with "+01:00". The whole text must be one; a leap
// second is none there.
std::optional<Timestamp> read_rfc5424_time(std::string_view text);

// RFC 3164, 4.1.2: "Nov 29 07:03:05", also "Nov  9" and "Nov 09". Its year is the one that brings
// it nearest to `now`, whose zone it has as well: a message of December that arrives in January is
// of last year.
inline constexpr std::size_t kRfc3164TimeLength = 15;
std::optional<Timestamp> read_rfc3164_time(std::string_view text, const Timestamp& now);

// As RFC 5424 writes it; "Z" where the offset is zero.
void append_rfc5424_time(std::string& text, const Timestamp& time);
// As RFC 3164 does.
void append_rfc3164_time(std::string& text, const Timestamp& time);

}  // namespace waymark::logrelay
