// A learner's copy of the checkout. It is what git tracks, as it lies in the working tree, with a
// few changes: the exercises of the lessons to come hold their starters in place of the solutions,
// and the wrong and odd programs that checks are proved with (mutants/, right/) stay at home. What
// lies in lessons/course/handout/ lies at the root of the copy, also in the place of what the
// original has there: the README, a word to its reader, and what its host runs at each push; and git
// tracks work/ there. There is no history in it, because the
// solutions would be there.
//
// The starters stay where they are: `begin` and `reset` take them from there in every copy. So a
// source whose exercise is its starter has no solution, and that is how a copy is told from the
// original; nothing has to be kept in step.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

struct HandedOut {
    std::size_t files = 0;
    std::vector<std::string> emptied;  // sources that hold starters now
    std::size_t left_out = 0;          // files that stayed at home
    std::vector<std::string> unknown;  // files that git does not track, and so are not in the copy
};

// `stripped`: the lessons whose solutions stay at home. The folder is made; one that has something
// in it is refused, and so is one inside the checkout, and a lesson of which git does not track
// every file: the build files name it, and half of it builds nothing. Throws daemon::UsageError,
// std::system_error.
HandedOut hand_out(const Workspace& workspace, const std::vector<Lesson>& stripped,
                   const std::filesystem::path& folder);

// False where a source's exercise holds its starter.
bool has_solution(const Workspace& workspace, const Lesson& lesson);

}  // namespace waymark::course
