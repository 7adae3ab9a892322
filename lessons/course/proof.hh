// Proves that a lesson's check can be believed: the library passes, the starter fails at the first
// case, every mutant is rejected with the words that its head promises, every odd but right program
// passes. A check that accepts a mutant teaches a misconception; one that rejects a right program
// teaches despair.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/toolchain.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

// A region's body from mutants/ or right/, and what the comments at its head say.
struct Candidate {
    std::string name;    // of the file, without .cc
    std::string source;  // "// source: daemon/children.cc"
    std::string says;    // "// says: ..."; empty for right ones
    std::string body;
};

// The candidates of lessons/NN-topic/`folder`, by name. Throws daemon::UsageError if a head lacks
// what it must have.
std::vector<Candidate> load_candidates(const Lesson& lesson, const std::string& folder);

struct ProofStep {
    std::string what;  // "mutant one-wait is rejected"
    bool holds;
    std::string reason;  // if it does not
};

// Runs everything and tells of each step when it is done.
std::vector<ProofStep> prove(const Lesson& lesson, const Workspace& workspace,
                             const Toolchain& toolchain,
                             const std::function<void(const ProofStep&)>& on_step);

}  // namespace waymark::course
