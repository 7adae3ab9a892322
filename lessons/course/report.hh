// A verdict in words for a learner, and the same as JSON for tools.

#pragma once

#include <string>

#include "lessons/course/lesson.hh"
#include "lessons/course/terminal.hh"
#include "lessons/course/verdict.hh"

namespace waymark::course {

struct Reporter {
    Style style;
    int width;

    // One line: "  ok    a child's exit status is kept".
    std::string line(const CaseResult& result) const;
    // Why it does not compile, with the learner's file and line.
    std::string compile_problems(const Verdict& verdict) const;
    // The story of a case that did not pass.
    std::string story(const Lesson& lesson, const CaseResult& result) const;
    // How many passed, how long it took, what to do next.
    std::string summary(const Lesson& lesson, const Verdict& verdict) const;
};

std::string verdict_as_json(const Lesson& lesson, const Verdict& verdict);

}  // namespace waymark::course
