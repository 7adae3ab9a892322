#include "trips/nmea_sentence.hh"

#include <algorithm>
#include <charconv>

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
