#include "net/control_characters.hh"

namespace waymark::net {

bool has_control_characters(std::string_view text) {
    const auto is_between = [](char letter, unsigned first, unsigned last) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte >= first && byte <= last;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_between(text[i], 0, 0x1f) || text[i] == '\x7f') return true;
        // U+0085 is a line end for some, and two bytes long.
        const bool is_of_two = text[i] == '\xc2' && i + 1 < text.size();
        if (is_of_two && is_between(text[i + 1], 0x80, 0x9f)) return true;
    }
    return false;
}

}  // namespace waymark::net
