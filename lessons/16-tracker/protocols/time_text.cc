#include "protocols/time_text.hh"

#include <fmt/core.h>

#include <chrono>
#include <cmath>

#include "protocols/field_text.hh"
#include "protocols/number.hh"

namespace waymark::tracker {
namespace {

constexpr UnixMillis kFirstMilliseconds = 2147483647;  // 2^31 - 1
constexpr double kLargest = 1e15;                      // ms; the year 33658, and exact in a double

// Reads a text from left to right. After the first thing that is not there, every further read
// fails too, so that a caller asks once, at the end.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) ok_ = false;
        for (std::size_t i = 0; ok_ && i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
            value = value * 10 + (rest_[i] - '0');
        }
        if (ok_) rest_.remove_prefix(count);
        return value;
    }
    bool skip_if(std::string_view any_of) {
        if (!ok_ || rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip(std::string_view any_of) {
        if (!skip_if(any_of)) ok_ = false;
    }
    bool next_is_digit() const {
        return ok_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    bool done() const { return ok_ && rest_.empty(); }
    char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

// Milliseconds of ".25"; further digits are read and dropped.
int read_fraction(Scanner& scanner) {
    if (!scanner.skip_if(".")) return 0;
    int milliseconds = scanner.digits(1) * 100;
    for (int unit = 10; scanner.next_is_digit(); unit /= 10)
        milliseconds += scanner.digits(1) * unit;
    return milliseconds;
}

// Minutes east of Greenwich, or nothing for an impossible offset.
std::optional<int> read_offset(Scanner& scanner) {
    if (scanner.skip_if("Zz")) return 0;
    const int sign = scanner.front() == '-' ? -1 : 1;
    if (!scanner.skip_if("+- ")) return 0;
    const int hours = scanner.digits(2);
    scanner.skip_if(":");
    const int minutes = scanner.next_is_digit() ? scanner.digits(2) : 0;
    if (hours > 23 || minutes > 59) return std::nullopt;
    return sign * (hours * 60 + minutes);
}

std::optional<UnixMillis> parse_date_and_time(std::string_view text) {
    Scanner scanner(text);
    const int year = scanner.digits(4);
    scanner.skip("-");
    const int month = scanner.digits(2);
    scanner.skip("-");
    const int day = scanner.digits(2);
    scanner.skip("Tt ");
    const int hour = scanner.digits(2);
    scanner.skip(":");
    const int minute = scanner.digits(2);
    scanner.skip(":");
    const int second = scanner.digits(2);
    const int millisecond = read_fraction(scanner);
    const std::optional<int> offset = read_offset(scanner);

    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    // 60 is a leap second; it becomes the first second of the next minute.
    if (!scanner.done() || !offset || !date.ok() || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    const UnixMillis days = std::chrono::sys_days(date).time_since_epoch().count();
    const UnixMillis minutes = days * 1440 + hour * 60 + minute - *offset;
    return (minutes * 60 + second) * 1000 + millisecond;
}

}  // namespace

std::optional<UnixMillis> parse_time(std::string_view text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return parse_date_and_time(without_blanks(text));
    if (std::abs(number.value) > kLargest) return std::nullopt;
    const bool is_milliseconds = number.value >= static_cast<double>(kFirstMilliseconds);
    return std::llround(is_milliseconds ? number.value : number.value * 1000);
}

std::string format_time(UnixMillis time) {
    const std::chrono::sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds(time)};
    const auto midnight = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(instant - midnight);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
    return text + "Z";
}

}  // namespace waymark::tracker
