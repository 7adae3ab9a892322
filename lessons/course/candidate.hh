// The programs that a lesson's check is proved with: mutants/, each wrong in one way, and right/,
// odd but right. Each stands in the exercise's region in place of the solution. It is written as
// what it changes there, NAME.patch (patch.hh), or, where little of the solution remains, as the
// whole body, NAME.cc. Comments at the head of the file say what it is for:
//
//     // source: daemon/children.cc
//     // misconception: one wait per signal
//     // says: a child that nobody waited for
//     // case: children that ended together are all collected by one call
//     // include: fcntl.h sys/epoll.h
//
// The case is the one that says it; it is run first, and the others only if it does not say it. The
// headers are those that the solution does without.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

struct Candidate {
    std::string name;     // of the file, without its extension
    std::string source;   // "// source: ..."
    std::string says;     // "// says: ...", words of the verdict; empty for right ones
    std::string body;     // of the region
    std::string in_case;  // "// case: ...", may be empty
    std::string include;  // "// include: ...", may be empty
};

// What stands behind "// KEY: " in the comment at the head of a candidate; empty if nothing does.
std::string head_line_of(const std::string& text, const std::string& key);

// The files of lessons/NN-topic/`folder` that are candidates, by name.
std::vector<std::filesystem::path> candidate_files(const Lesson& lesson, const std::string& folder);

// The candidates of lessons/NN-topic/`folder`, by name. Throws daemon::UsageError if a head lacks
// what it must have or a patch does not fit the region.
std::vector<Candidate> load_candidates(const Lesson& lesson, const Workspace& workspace,
                                       const std::string& folder);

}  // namespace waymark::course
