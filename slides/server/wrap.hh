// A line of code that is wider than a slide, broken as a person would: first the comment behind the
// code, then where the fewest brackets are open. Only what is shown is broken; the source stays as
// it is.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::slides {

// `line` in pieces of at most `columns` bytes; later ones are indented by four more, and those of a
// comment begin as comments. A word that is wider stays whole.
std::vector<std::string> wrapped(std::string_view line, std::size_t columns);

}  // namespace waymark::slides
