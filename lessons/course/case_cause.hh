// Why a case did not pass, chosen by what was seen: the report of a sanitizer, the signal, the exit
// status, what it waits in. The case has guessed in advance (check::if_it_hangs and its like); a
// guess that the evidence does not bear is not told. When two fit both are, and when none does the
// result has no advice, and the learner is told that the check is not sure.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lessons/course/case_result.hh"
#include "lessons/course/case_story.hh"
#include "lessons/course/child_process.hh"

namespace waymark::course {

// Of a case that does not say what it may use. Right programs need a fifth of it, under the
// sanitizers.
constexpr std::chrono::milliseconds kMostProcessorTime{1000};

// The outcome and the causes of a case whose process has ended. Looks at what was printed, at what
// was left behind and at the processor time, so these stand in `result` already.
void judge_end(CaseResult& result, const CaseStory& story, Ending ending,
               const std::string& learners_folder);

// The same for one that was ended by the runner; looks at `result.waits`.
void judge_hang(CaseResult& result, const CaseStory& story);

// The same for one that has ended its own parent (case_keeper.hh).
void judge_end_of_keeper(CaseResult& result);

}  // namespace waymark::course
