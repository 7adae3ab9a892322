// Colours for C++ source on a slide, made here and not in the browser: a page then needs no
// highlighter of 900 KB, the handout is coloured without any script, and a slide is complete when
// it arrives.
//
// It knows words, not grammar: comments, strings, numbers, preprocessor lines, keywords, names that
// are called. That is enough for eyes. It is no compiler, and refuses nothing.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::slides {

// One piece of HTML for each line, without line ends. Every <span> that a line opens it closes, so
// lines can be shown alone.
std::vector<std::string> coloured_lines(std::string_view source);

}  // namespace waymark::slides
