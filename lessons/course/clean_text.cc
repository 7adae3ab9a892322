#include "lessons/course/clean_text.hh"

#include <fmt/core.h>

#include <cstdint>

namespace waymark::course {

namespace {

struct Letter {
    std::size_t length;  // in bytes; 0: these bytes are no letter
    std::uint32_t code;
};

// The letter at the beginning of `text`, which is not empty. Refuses what RFC 3629 refuses: cut
// off, longer than needed, surrogates, beyond U+10FFFF.
Letter first_letter(std::string_view text) {
    const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {1, first};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return {0, 0};
    std::uint32_t code = first & (0x7fU >> length);
    for (std::size_t place = 1; place < length; ++place) {
        if ((byte(place) & 0xc0U) != 0x80U) return {0, 0};
        code = (code << 6U) | (byte(place) & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < kLeast[length] || code > 0x10ffff || surrogate ? Letter{0, 0}
                                                                 : Letter{length, code};
}

// C1 controls move cursors too, and U+FFFE and U+FFFF are no characters of XML.
bool is_harmless(std::uint32_t code) {
    if (code == '\n' || code == '\t') return true;
    return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code != 0xfffe && code != 0xffff;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t most) {
    std::string clean;
    std::size_t place = 0;
    while (place < text.size() && clean.size() < most) {
        const Letter letter = first_letter(text.substr(place));
        const std::size_t length = letter.length == 0 ? 1 : letter.length;
        if (letter.length > 0 && is_harmless(letter.code))
            clean += text.substr(place, length);
        else
            for (const char byte : text.substr(place, length))
                clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        place += length;
    }
    if (place < text.size())
        clean += fmt::format("\n[{} more bytes are left out]\n", text.size() - place);
    return clean;
}

}  // namespace waymark::course
