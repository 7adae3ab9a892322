#include "timestamp.hh"

#include <fmt/core.h>

#include <array>
#include <iterator>

namespace waymark::logrelay {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a text from its beginning. What does not fit leaves is_right false, and all that follows
// then means nothing.
class Digits {
  public:
    explicit Digits(std::string_view text) : rest_(text) {}

    // Exactly `count` digits, a number of at most `most`.
    unsigned number(std::size_t count, unsigned most) {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) value = value * 10 + digit();
        is_right &= value <= most;
        return value;
    }
    bool is_next(char letter) const { return !rest_.empty() && rest_.front() == letter; }
    void skip(char letter) {
        is_right &= is_next(letter);
        if (is_right) rest_.remove_prefix(1);
    }
    bool is_at_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    bool is_at_end() const { return rest_.empty(); }

    bool is_right = true;

  private:
    unsigned digit() {
        is_right &= is_at_digit();
        if (!is_right) return 0;
        const auto value = static_cast<unsigned>(rest_.front() - '0');
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
};

seconds read_clock(Digits& digits) {
    const hours hour(digits.number(2, 23));
    digits.skip(':');
    const minutes minute(digits.number(2, 59));
    digits.skip(':');
    return hour + minute + seconds(digits.number(2, 59));
}

microseconds read_fraction(Digits& digits, int& count) {
    if (!digits.is_next('.')) return {};
    digits.skip('.');
    unsigned value = 0;
    for (count = 0; count < 6 && digits.is_at_digit(); ++count)
        value = value * 10 + digits.number(1, 9);
    digits.is_right &= count > 0;
    for (int i = count; i < 6; ++i) value *= 10;
    return microseconds(value);
}

minutes read_offset(Digits& digits) {
    if (digits.is_next('Z')) {
        digits.skip('Z');
        return {};
    }
    const bool is_west = digits.is_next('-');
    digits.skip(is_west ? '-' : '+');
    const hours hour(digits.number(2, 23));
    digits.skip(':');
    const minutes offset = hour + minutes(digits.number(2, 59));
    return is_west ? -offset : offset;
}

year_month_day date_of(unsigned year, unsigned month, unsigned day) {
    return {std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
            std::chrono::day(day)};
}

struct LocalTime {
    year_month_day date;
    std::chrono::hh_mm_ss<microseconds> clock;
};

LocalTime local(const Timestamp& time) {
    const auto shifted = time.instant + time.offset;
    const auto day = std::chrono::floor<days>(shifted);
    return {year_month_day(day), std::chrono::hh_mm_ss<microseconds>(shifted - day)};
}

}  // namespace

std::optional<Timestamp> read_rfc5424_time(std::string_view text) {
    Digits digits(text);
    const unsigned year = digits.number(4, 9999);
    digits.skip('-');
    const unsigned month = digits.number(2, 12);
    digits.skip('-');
    const unsigned day = digits.number(2, 31);
    digits.skip('T');
    const seconds clock = read_clock(digits);
    Timestamp time;
    const microseconds fraction = read_fraction(digits, time.fraction_digits);
    time.offset = read_offset(digits);
    const year_month_day date = date_of(year, month, day);
    if (!digits.is_right || !digits.is_at_end() || !date.ok()) return std::nullopt;
    time.instant = sys_days(date) + clock + fraction - time.offset;
    // The neighbours of the year 0 and 9999 in another zone have no four digits.
    const int shown = static_cast<int>(local(time).date.year());
    return shown >= 0 && shown <= 9999 ? std::optional(time) : std::nullopt;
}

std::optional<Timestamp> read_rfc3164_time(std::string_view text, const Timestamp& now) {
    if (text.size() != kRfc3164TimeLength) return std::nullopt;
    unsigned month = 0;
    while (month < kMonths.size() && text.substr(0, 3) != kMonths[month]) ++month;
    Digits digits(text.substr(3));
    digits.skip(' ');
    if (digits.is_next(' ')) digits.skip(' ');
    const bool is_padded = text[4] == ' ';
    const unsigned day = digits.number(is_padded ? 1 : 2, 31);
    digits.skip(' ');
    const seconds clock = read_clock(digits);
    if (!digits.is_right || !digits.is_at_end() || month == kMonths.size()) return std::nullopt;
    std::optional<Timestamp> nearest;
    const int this_year = static_cast<int>(local(now).date.year());
    for (int year = this_year - 1; year <= this_year + 1; ++year) {
        const year_month_day date = date_of(static_cast<unsigned>(year), month + 1, day);
        if (!date.ok()) continue;
        const Timestamp time{sys_days(date) + clock - now.offset, now.offset, 0};
        if (!nearest || std::chrono::abs(time.instant - now.instant) <
                            std::chrono::abs(nearest->instant - now.instant))
            nearest = time;
    }
    return nearest;
}

void append_rfc5424_time(std::string& text, const Timestamp& time) {
    const auto [date, clock] = local(time);
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                   clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (time.fraction_digits > 0) {
        const std::string digits = fmt::format("{:06}", clock.subseconds().count());
        fmt::format_to(
            out, ".{}",
            std::string_view(digits).substr(0, static_cast<std::size_t>(time.fraction_digits)));
    }
    if (time.offset == minutes(0)) {
        text += 'Z';
        return;
    }
    const minutes offset = std::chrono::abs(time.offset);
    fmt::format_to(out, "{}{:02}:{:02}", time.offset < minutes(0) ? '-' : '+', offset.count() / 60,
                   offset.count() % 60);
}

void append_rfc3164_time(std::string& text, const Timestamp& time) {
    const auto [date, clock] = local(time);
    fmt::format_to(std::back_inserter(text), "{} {:2} {:02}:{:02}:{:02}",
                   kMonths[static_cast<unsigned>(date.month()) - 1],
                   static_cast<unsigned>(date.day()), clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count());
}

}  // namespace waymark::logrelay
