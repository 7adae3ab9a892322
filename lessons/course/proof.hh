// Proves that a lesson's check can be believed: the library passes, the starter fails at the first
// case, every mutant is rejected with the words that its head promises, every odd but right program
// passes. A check that accepts a mutant teaches a misconception; one that rejects a right program
// teaches despair.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/toolchain.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

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
