#include "protocols/sextant.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "protocols/number.hh"
#include "protocols/reported_point.hh"

namespace waymark::tracker {

namespace {

constexpr std::string_view kSextantPath = "/sextant/";
constexpr double kMetresInFoot = 0.3048;

// Takes what stands before `separator` off the front of `text`, and the separator with it; all of
// `text` where there is none.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return taken;
}

// Without its line end, CR LF or LF. (Unused only as long as the exercise is empty.)
[[maybe_unused]] std::string_view take_line(std::string_view& body) {
    std::string_view line = take_until(body, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

bool sextant_claims(const net::http::Request& request) {
    return request.path.starts_with(kSextantPath);
}

//#region exercise-16
namespace sextant {

namespace {

// The number that all of `text` is, in digits of this base: no sign, no blank.
std::optional<std::uint64_t> digits(std::string_view text, int base = 10) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end) return {};
    return value;
}

// A field that may be empty: nothing then, and where it is no number.
std::optional<double> number(std::string_view text) {
    const Number read = parse_number(text);
    if (read.kind != NumberKind::value) return {};
    return read.value;
}

}  // namespace

std::optional<std::string_view> checked(std::string_view line) {
    const std::size_t star = line.find('*');
    if (star == std::string_view::npos || line.size() != star + 3) return {};
    const std::string_view said = line.substr(0, star);
    unsigned sum = 0;
    for (const char byte : said) sum ^= static_cast<unsigned char>(byte);
    if (digits(line.substr(star + 1), 16) != sum) return {};
    return said;
}

std::optional<UnixMillis> instant(std::string_view date, std::string_view time) {
    using namespace std::chrono;
    std::string_view fraction = time;
    const std::string_view clock = take_until(fraction, '.');
    const bool has_fraction = clock.size() < time.size();
    if (date.size() != 6 || clock.size() != 6 || fraction.size() > 3) return {};
    const auto day_number = digits(date);
    const auto clock_number = digits(clock);
    const auto fraction_number = has_fraction ? digits(fraction) : 0;
    if (!day_number || !clock_number || !fraction_number) return {};
    const year_month_day day{year(static_cast<int>(2000 + *day_number % 100)),
                             month(static_cast<unsigned>(*day_number / 100 % 100)),
                             std::chrono::day(static_cast<unsigned>(*day_number / 10000))};
    const auto hour = static_cast<std::int64_t>(*clock_number / 10000);
    const auto minute = static_cast<std::int64_t>(*clock_number / 100 % 100);
    const auto second = static_cast<std::int64_t>(*clock_number % 100);
    if (!day.ok() || hour > 23 || minute > 59 || second > 59) return {};
    std::int64_t milliseconds = static_cast<std::int64_t>(*fraction_number);
    for (std::size_t size = fraction.size(); size < 3; ++size) milliseconds *= 10;
    const std::int64_t days = sys_days(day).time_since_epoch().count();
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

std::optional<double> degrees(std::string_view text, std::size_t whole, char positive,
                              char negative) {
    if (text.size() < whole + 3) return {};
    const char letter = text.back();
    const std::string_view minutes_text = text.substr(whole, text.size() - whole - 1);
    std::string_view fraction = minutes_text;
    const std::string_view whole_minutes = take_until(fraction, '.');
    const bool has_fraction = whole_minutes.size() < minutes_text.size();
    if (whole_minutes.size() != 2 || !digits(whole_minutes)) return {};
    if (has_fraction && !std::ranges::all_of(fraction, [](char c) { return c >= '0' && c <= '9'; }))
        return {};
    if (has_fraction && fraction.empty()) return {};
    const auto degree = digits(text.substr(0, whole));
    const auto minutes = number(minutes_text);
    if (!degree || !minutes || *minutes >= 60 || (letter != positive && letter != negative))
        return {};
    const double size = static_cast<double>(*degree) + *minutes / 60;
    return letter == negative ? -size : size;
}

void read_point(std::string_view line, std::uint32_t index, const KnownDevice& device,
                UnixMillis now, Decoded& decoded) {
    const auto quarantine = [&](std::string_view reason) {
        decoded.quarantined.push_back({device.number, index, std::string(reason), Source::sextant,
                                       std::string(line.substr(0, kMaximumRaw))});
    };
    std::optional<std::string_view> rest = checked(line);
    if (!rest) return quarantine("bad_checksum");
    std::array<std::string_view, 9> fields;
    for (std::string_view& field : fields) field = take_until(*rest, ',');
    ReportedPoint point;
    point.time_ms = instant(fields[0], fields[1]);
    point.latitude_deg = degrees(fields[2], 2, 'N', 'S');
    point.longitude_deg = degrees(fields[3], 3, 'E', 'W');
    if (const std::optional<double> speed = number(fields[4]))
        point.speed_mps = to_metres_per_second(*speed, device.speed_unit, SpeedUnit::knots);
    point.course_deg = number(fields[5]);
    if (const std::optional<double> feet = number(fields[6]))
        point.altitude_m = *feet * kMetresInFoot;
    point.accuracy_m = number(fields[7]);
    point.battery_percent = number(fields[8]);
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) return quarantine(reason);
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = Source::sextant;
    fill_fix(point, fix);
}

}  // namespace sextant

void sextant_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded) {
    const std::string_view token = request.path.substr(kSextantPath.size());
    const std::optional<KnownDevice> device = devices.by_token(token);
    if (!device)
        return decoded.refuse_stranger(
            "bad_token", "The token in the URL is not known here: see 'tracker device token'.",
            token, true);
    std::string_view body = request.body;
    std::string_view head = sextant::checked(take_line(body)).value_or("");
    const std::string_view version = take_until(head, ',');
    take_until(head, ',');  // the name, which its owner gave it: it proves nothing
    const std::optional<std::uint64_t> count = sextant::digits(head);
    if (version != "SXT1" || !count)
        return decoded.refuse(400, "bad_head", "The body does not begin with a line of Sextant.");
    //#region promise
    std::uint32_t index = 0;
    for (; index < *count && !body.empty(); ++index)                         //@ 1
        sextant::read_point(take_line(body), index, *device, now, decoded);  //@ 2
    decoded.content_type = "text/plain; charset=utf-8";
    decoded.body = "OK " + std::to_string(index) + "\n";  //@ 3
    //#endregion promise
}
//#endregion exercise-16

void sextant_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded) {
    sextant::read_point(raw, 0, device, received, decoded);
}

}  // namespace waymark::tracker
