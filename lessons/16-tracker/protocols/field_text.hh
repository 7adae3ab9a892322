// The texts of a message's fields before they are numbers or times: what stands around them, what
// means "nothing", and yes and no. Apps put values together from templates and libraries, so the
// same nothing comes as an empty text, as blanks, as null and as undefined.

#pragma once

#include <optional>
#include <string_view>

namespace waymark::tracker {

// Without the blanks and tabs before and after it.
std::string_view without_blanks(std::string_view text);

// Whether the text says that there is no value: nothing, blanks, null or undefined, in any case.
bool says_nothing(std::string_view text);

// true and 1, false and 0, in any case; nothing for another text.
std::optional<bool> parse_flag(std::string_view text);

}  // namespace waymark::tracker
