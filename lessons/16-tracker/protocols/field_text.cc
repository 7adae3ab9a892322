#include "protocols/field_text.hh"

#include "net/http/message.hh"

namespace waymark::tracker {

using net::http::same_name;

std::string_view cut_blanks(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool says_nothing(std::string_view text) {
    text = without_blanks(text);
    if (text.size() == 4) return same_name(text, "null");
    return text.empty() || same_name(text, "undefined");
}

std::optional<bool> parse_flag(std::string_view text) {
    text = without_blanks(text);
    if (text == "1" || same_name(text, "true")) return true;
    if (text == "0" || same_name(text, "false")) return false;
    return std::nullopt;
}

}  // namespace waymark::tracker
