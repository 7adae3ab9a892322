#include "net/http/date.hh"

#include <algorithm>
#include <cstring>

namespace waymark::net::http {

namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kLongDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};
constexpr std::time_t kFirstSecondOf0 = -62'167'219'200;
constexpr std::time_t kLastSecondOf9999 = 253'402'300'799;

void put_two(char* place, int number) {
    place[0] = static_cast<char>('0' + number / 10 % 10);
    place[1] = static_cast<char>('0' + number % 10);
}

// Takes pieces off the front of a date; after the first that does not fit, ok is false.
struct DateReader {
    std::string_view rest;
    bool ok = true;

    void literal(std::string_view text) {
        ok = ok && rest.starts_with(text);
        if (ok) rest.remove_prefix(text.size());
    }
    int number(std::size_t digits) {
        ok = ok && rest.size() >= digits;
        int value = 0;
        for (std::size_t i = 0; ok && i < digits; ++i) {
            ok = rest[i] >= '0' && rest[i] <= '9';
            value = value * 10 + (rest[i] - '0');
        }
        if (ok) rest.remove_prefix(digits);
        return value;
    }
    // Which of the three-letter names comes next.
    int name(std::string_view names) {
        for (std::size_t i = 0; ok && i < names.size(); i += 3)
            if (rest.starts_with(names.substr(i, 3))) {
                rest.remove_prefix(3);
                return static_cast<int>(i / 3);
            }
        ok = false;
        return 0;
    }
    void time(std::tm& out) {
        out.tm_hour = number(2);
        literal(":");
        out.tm_min = number(2);
        literal(":");
        out.tm_sec = number(2);
    }
};

std::optional<std::time_t> seconds_of(std::tm fields) {
    const int day = fields.tm_mday;
    if (day < 1 || fields.tm_hour > 23 || fields.tm_min > 59 || fields.tm_sec > 60)
        return std::nullopt;
    // timegm makes 31 February the 3rd of March; such a date is none. Asked without the time of
    // day, as a leap second may be the next day's first.
    std::tm date{};
    date.tm_mday = day;
    date.tm_mon = fields.tm_mon;
    date.tm_year = fields.tm_year;
    ::timegm(&date);
    if (date.tm_mday != day || date.tm_wday != fields.tm_wday) return std::nullopt;
    return ::timegm(&fields);
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<std::time_t> parse_fixed(std::string_view text) {
    DateReader reader{text};
    std::tm fields{};
    fields.tm_wday = reader.name(kDays);
    reader.literal(", ");
    fields.tm_mday = reader.number(2);
    reader.literal(" ");
    fields.tm_mon = reader.name(kMonths);
    reader.literal(" ");
    fields.tm_year = reader.number(4) - 1900;
    reader.literal(" ");
    reader.time(fields);
    reader.literal(" GMT");
    return reader.ok && reader.rest.empty() ? seconds_of(fields) : std::nullopt;
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<std::time_t> parse_rfc850(std::string_view text) {
    DateReader reader{text};
    std::tm fields{};
    const std::string_view day = text.substr(0, text.find(','));
    const auto* const named = std::ranges::find(kLongDays, day);
    if (named == std::end(kLongDays)) return std::nullopt;
    fields.tm_wday = static_cast<int>(named - std::begin(kLongDays));
    reader.literal(day);
    reader.literal(", ");
    fields.tm_mday = reader.number(2);
    reader.literal("-");
    fields.tm_mon = reader.name(kMonths);
    reader.literal("-");
    const int year = reader.number(2);
    // Two digits: the century is that in which the year is at most 50 years ahead; 1970 to 2069
    // will do for our lifetime.
    fields.tm_year = year < 70 ? year + 100 : year;
    reader.literal(" ");
    reader.time(fields);
    reader.literal(" GMT");
    return reader.ok && reader.rest.empty() ? seconds_of(fields) : std::nullopt;
}

// Sun Nov  6 08:49:37 1994
std::optional<std::time_t> parse_asctime(std::string_view text) {
    DateReader reader{text};
    std::tm fields{};
    fields.tm_wday = reader.name(kDays);
    reader.literal(" ");
    fields.tm_mon = reader.name(kMonths);
    reader.literal(" ");
    const bool is_padded = reader.rest.starts_with(" ");
    if (is_padded) reader.literal(" ");
    fields.tm_mday = reader.number(is_padded ? 1 : 2);
    reader.literal(" ");
    reader.time(fields);
    reader.literal(" ");
    fields.tm_year = reader.number(4) - 1900;
    return reader.ok && reader.rest.empty() ? seconds_of(fields) : std::nullopt;
}

}  // namespace

DateText::DateText(std::time_t time) {
    time = std::clamp(time, kFirstSecondOf0, kLastSecondOf9999);
    std::tm fields{};
    ::gmtime_r(&time, &fields);
    std::memcpy(text_.data(), "Sun, 00 Jan 0000 00:00:00 GMT", kSize);
    std::memcpy(&text_[0], &kDays[static_cast<std::size_t>(fields.tm_wday) * 3], 3);
    put_two(&text_[5], fields.tm_mday);
    std::memcpy(&text_[8], &kMonths[static_cast<std::size_t>(fields.tm_mon) * 3], 3);
    put_two(&text_[12], (fields.tm_year + 1900) / 100);
    put_two(&text_[14], (fields.tm_year + 1900) % 100);
    put_two(&text_[17], fields.tm_hour);
    put_two(&text_[20], fields.tm_min);
    put_two(&text_[23], fields.tm_sec);
}

std::optional<std::time_t> parse_date(std::string_view text) {
    if (const auto time = parse_fixed(text)) return time;
    if (const auto time = parse_rfc850(text)) return time;
    return parse_asctime(text);
}

std::string_view DateClock::now() {
    const std::time_t second = ::time(nullptr);
    if (second != second_) {
        second_ = second;
        text_ = DateText(second);
    }
    return text_.view();
}

}  // namespace waymark::net::http
