#include "trips/nmea_sentence.hh"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "protocols/number.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kTalker = 2;  // letters before the type

Checksum compare(std::string_view sentence, std::string_view digits) {
    unsigned sum = 0;
    for (const char character : sentence) sum ^= static_cast<unsigned char>(character);
    unsigned said = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, said, 16);
    const bool is_read = digits.size() == 2 && error == std::errc() && stopped == end;
    return is_read && said == sum ? Checksum::right : Checksum::wrong;
}

void split(std::string_view sentence, NmeaSentence& parts) {
    for (std::string_view& field : parts.fields) {
        const std::size_t comma = sentence.find(',');
        field = sentence.substr(0, comma);
        if (comma == std::string_view::npos) return;
        sentence.remove_prefix(comma + 1);
    }
}

}  // namespace

std::string_view NmeaSentence::type() const {
    return fields[0].substr(std::min(kTalker, fields[0].size()));
}

std::optional<NmeaSentence> take_sentence(std::string_view& line) {
    const std::size_t dollar = line.find('$');
    if (dollar == std::string_view::npos) return {};
    line.remove_prefix(dollar + 1);
    const std::string_view piece = line.substr(0, line.find('$'));
    line.remove_prefix(piece.size());
    const std::size_t star = piece.find('*');
    std::string_view sentence = piece.substr(0, star);
    while (!sentence.empty() && (sentence.back() == '\r' || sentence.back() == ' '))
        sentence.remove_suffix(1);
    NmeaSentence parts;
    split(sentence, parts);
    if (star != std::string_view::npos)
        parts.checksum = compare(piece.substr(0, star), piece.substr(star + 1, 2));
    return parts;
}

// 60 minutes is what receivers make of 59.99999 when they round.
std::optional<double> nmea_degrees(std::string_view text, std::string_view hemisphere,
                                   std::string_view positive, std::string_view negative) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value || number.value < 0 ||
        (hemisphere != positive && hemisphere != negative))
        return std::nullopt;
    const double whole = std::floor(number.value / 100);
    const double minutes = number.value - whole * 100;
    if (minutes > 60) return std::nullopt;
    const double result = whole + minutes / 60;
    return hemisphere == negative ? -result : result;
}

std::optional<UnixMillis> nmea_instant(std::string_view time, std::string_view date) {
    if (time.size() < 6 || date.size() != 6) return std::nullopt;
    const std::string_view year = date.substr(4);
    // GPS began in 1980, so 80 to 99 are of the last century.
    return parse_time(fmt::format("{}{}-{}-{}T{}:{}:{}", year >= "80" ? "19" : "20", year,
                                  date.substr(2, 2), date.substr(0, 2), time.substr(0, 2),
                                  time.substr(2, 2), time.substr(4)));
}

bool has_place_sentence(std::string_view bytes) {
    for (std::size_t at = bytes.find('$'); at != std::string_view::npos;
         at = bytes.find('$', at + 1)) {
        const std::string_view type =
            bytes.substr(at + 1, kTalker + 4)
                .substr(std::min<std::size_t>(kTalker, bytes.size() - at - 1));
        if (type == "RMC," || type == "GGA,") return true;
    }
    return false;
}

}  // namespace waymark::tracker
