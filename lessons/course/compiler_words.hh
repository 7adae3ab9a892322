// What compiler and linker say, shortened for somebody who has never met one. Of a function that a
// learner's file does not define a linker says "undefined reference to `Children::reap()'", with the
// object and the section in which it is asked for; that is the caller's place, and not where
// anything is wrong.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

// The first errors (or warnings) of a compiler's or linker's words, each with its place and at most
// three lines, at most `most` of them.
std::vector<std::string> first_problems(const std::string& words, std::size_t most);

// The names that nothing defines, each once, in the order of the linker's words (GNU ld, gold, mold,
// lld). Empty if those are about something else.
std::vector<std::string> undefined_names(std::string_view words);

// The first `most` problems, in plain words where they are known.
std::vector<std::string> linker_problems(std::string_view words, std::size_t most);

}  // namespace waymark::course
