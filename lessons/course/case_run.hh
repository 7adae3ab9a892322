// Runs one case of a check as a process tree of its own, and gives back what happened. The
// learner's code is not trusted to end, to be tidy or to be silent:
//   - it gets a session, a folder and temporary files of its own, and limits on output and files;
//   - what it prints never mixes with the verdict, which comes over a socket of its own, and only
//     what the check itself says there counts (check/runner_line.hh);
//   - what it uses of the processor is measured: a loop that should wait is no waiting;
//   - at the limit, when nothing has moved for some time, or when it has had more of the processor
//     than a case may, it is asked what it waits for (from /proc), then the whole tree is ended;
//   - afterwards this process, which adopts whatever lost its parent, looks for zombies, orphans
//     and files that are left.
//
// This process must have no other children while a case runs: it would take them for the learner's.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/case_result.hh"

namespace waymark::course {

struct CaseRun {
    std::filesystem::path program;  // of the check
    std::string name;               // of the case
    std::string learners_folder;    // how reports name it: "work/01-processes/"
    // A case that says what it may use of the processor (check/story.hh) has twice that longer.
    std::chrono::milliseconds limit{5000};
};

// Throws std::system_error if the case cannot be started at all.
CaseResult run_case(const CaseRun& run);

// The names of a check's cases, in order. Throws daemon::UsageError if the program says none.
std::vector<std::string> list_cases(const std::filesystem::path& program);

}  // namespace waymark::course
