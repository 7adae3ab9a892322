// The texts of a message's fields before they are numbers or times: what stands around them, what
// means "nothing", and yes and no. Apps put values together from templates and libraries, so the
// same nothing comes as an empty text, as blanks, as null and as undefined.

#pragma once

#include <optional>
#include <string_view>

namespace waymark::tracker {

std::string_view cut_blanks(std::string_view text);

// Without the blanks and tabs before and after it. Nearly all texts have none, and this is on the
// way of every field, so the look at both ends is here.
inline std::string_view without_blanks(std::string_view text) {
    const auto is_no_blank = [](char c) { return c != ' ' && c != '\t'; };
    if (!text.empty() && is_no_blank(text.front()) && is_no_blank(text.back())) return text;
    return cut_blanks(text);
}

// Whether the text says that there is no value: nothing, blanks, null or undefined, in any case.
bool says_nothing(std::string_view text);

// true and 1, false and 0, in any case; nothing for another text.
std::optional<bool> parse_flag(std::string_view text);

}  // namespace waymark::tracker
