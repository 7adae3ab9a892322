// What append_escaped() has to do, once more: slow, and so plain that it is believed by reading.

#pragma once

#include <string>
#include <string_view>

#include "advice.hh"

namespace waymark::course::check {

// UTF-8 of a code (RFC 3629, section 3); empty if it is none.
std::string utf8_of(char32_t code);

// `head`, and `message` escaped and cut behind it.
std::string model_line(std::string_view head, std::string_view message);

// Calls append_escaped() with it, and ends the case where the two differ: at the first letter that
// is another, with what it is.
void expect_as_in_the_model(std::string_view head, std::string_view message);

}  // namespace waymark::course::check
