// The programs that a lesson's check is proved with: mutants/, each wrong in one way, and right/,
// odd but right. Each stands in the exercise's region in place of the solution. It is written as
// what it changes there, NAME.patch (patch.hh), or, where little of the solution remains, as the
// whole body, NAME.cc. Comments at the head of the file say what it is for:
//
//     // source: daemon/children.cc
//     // misconception: one wait per signal
//     // says: a child that nobody waited for

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

struct Candidate {
    std::string name;    // of the file, without its extension
    std::string source;  // "// source: ..."
    std::string says;    // "// says: ...", words of the verdict; empty for right ones
    std::string body;    // of the region
};

// The files of lessons/NN-topic/`folder` that are candidates, by name.
std::vector<std::filesystem::path> candidate_files(const Lesson& lesson, const std::string& folder);

// The candidates of lessons/NN-topic/`folder`, by name. Throws daemon::UsageError if a head lacks
// what it must have or a patch does not fit the region.
std::vector<Candidate> load_candidates(const Lesson& lesson, const Workspace& workspace,
                                       const std::string& folder);

}  // namespace waymark::course
