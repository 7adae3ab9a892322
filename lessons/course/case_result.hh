// What became of one case of a check: a value, without a process in it.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lessons/course/finding.hh"

namespace waymark::course {

enum class CaseOutcome {
    passed,
    failed,   // an expectation did not hold
    crashed,  // killed by a signal, or stopped by a sanitizer
    hung,     // not done at its limit, or nothing moves any more
    quit,     // the program ended in the middle of the case
    untidy,   // right so far, but it left something behind
    skipped,
};

struct CaseResult {
    struct Advice {
        std::string misconception;
        std::string because;
        std::string read;
    };
    // Said in advance; it holds if the sign is seen. Without a sign it holds where none is seen.
    struct Guess {
        std::string sign;
        Advice advice;
    };
    struct Failure {
        std::string what;
        std::string expected;
        std::string seen;
    };
    struct Left {
        std::string kind;  // zombie, orphan, descriptor, thread, changed, file
        std::string what;
    };

    std::string name;
    CaseOutcome outcome = CaseOutcome::passed;
    std::vector<std::string> steps;  // the last one is where it ended
    std::optional<Failure> failure;  // of CaseOutcome::failed
    std::optional<Finding> finding;  // if a report has one; of a failed case, only what explains it
    std::string ending;  // of crashed and quit: "killed by signal 11 (Segmentation fault)"
    std::vector<std::string> waits;  // of CaseOutcome::hung, one line a process or thread
    std::vector<Left> left;          // of any outcome but hung and crashed
    Advice advice;                   // the likely cause; empty if what was seen fits none
    std::vector<Advice> or_else;     // others that fit as well
    std::string skipped_because;
    std::string printed;  // by the learner's program, bounded
    std::chrono::milliseconds time{0};
    std::chrono::milliseconds processor_time{0};  // of all its processes that were collected

    bool passed() const { return outcome == CaseOutcome::passed; }
};

// "passed", "failed", "crashed" and so on; for --json and the reports.
std::string outcome_name(CaseOutcome outcome);

}  // namespace waymark::course
