// Dates as HTTP writes them, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), and a clock that
// writes the present one once a second: it stands in every answer.
//
// Not strftime(3) and strptime(3): they speak the language of the locale.

#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

namespace waymark::net::http {

class DateText {
  public:
    static constexpr std::size_t kSize = 29;

    // What is beyond the year 9999 is written as its last second, what is before the year 0 as its
    // first.
    explicit DateText(std::time_t time);
    std::string_view view() const { return {text_.data(), kSize}; }

  private:
    std::array<char, kSize> text_;
};

// Reads the form above and the two obsolete ones that a recipient must know, of RFC 850 and of
// asctime(3). Nothing for anything else, a date on another day of the week included: an invalid
// date is ignored by those who read it.
std::optional<std::time_t> parse_date(std::string_view text);

// The present as text. One object for each loop.
class DateClock {
  public:
    std::string_view now();

  private:
    std::time_t second_ = 0;
    DateText text_ = DateText(0);
};

}  // namespace waymark::net::http
