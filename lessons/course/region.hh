// Named regions of source files. One copy of a program serves as library, solution, starter, mutant
// and slide, and this is how the pieces are cut from it: two comments, each on a line of its own,
//
//     //#region exercise-01
//     ...
//     //#endregion exercise-01
//
// Editors fold them. Regions may lie inside each other. What is refused, because a slide or a
// starter cut from it would be wrong without a word: a name that begins twice, never ends, or ends
// first.

#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/course/step_marks.hh"

namespace waymark::course {

// The text has no such region, or marks of it or of its steps do not match; names the line.
class RegionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Region {
    std::size_t first_line;  // of the body, counted from 1
    std::string body;        // whole lines; marks of inner regions and of steps are left out
    StepLines steps;         // by the numbers that the lines have in the text
};

// Throws RegionError.
Region find_region(std::string_view text, std::string_view name);

// The text with `body` in the region's place. The two marks stay, so that what was replaced can be
// found and replaced again. A body without a last newline gets one. Throws RegionError.
std::string replace_region(std::string_view text, std::string_view name, std::string_view body);

// In the order of their beginnings. Throws RegionError if marks do not match.
std::vector<std::string> region_names(std::string_view text);

}  // namespace waymark::course
