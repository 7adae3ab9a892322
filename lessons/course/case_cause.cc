#include "lessons/course/case_cause.hh"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace waymark::course {

namespace {

using Advice = CaseResult::Advice;
using Guess = CaseResult::Guess;

const Advice kSpins{
    "a loop that does not wait",
    "It uses the processor all the time and never comes to its end. Either the condition of a loop "
    "cannot come true any more, or the loop asks again and again for what it should sleep for.",
    "poll(2); pthread_cond_wait(3)"};
const Advice kStopped{"a process that is stopped",
                      "SIGSTOP, or a job control signal, has stopped it. A stopped process does "
                      "nothing, handles no signal but SIGKILL, and waits for SIGCONT.",
                      "signal(7), Standard signals"};
const Advice kLeaves{"the program ends itself",
                     "exit, _exit or quick_exit was called in a process that belongs to the check: "
                     "a child's way out that the parent takes, too, or a function that should have "
                     "returned or thrown.",
                     "_exit(2); fork(2)"};
const Advice kTakesParent{"a parent taken for a child",
                          "getppid(2) is who started this program: a shell, a service manager, "
                          "here the check. Its children are the numbers that fork(2) gave.",
                          "getppid(2), kill(2)"};
const Advice kForged{"a result that was not the check's",
                     "Something was written where only the check speaks to the runner. It does not "
                     "count.",
                     "lessons/course/check/runner_line.hh"};

// A case that says the same in advance at several of its steps has said one thing.
std::vector<Advice> each_once(const std::vector<Advice>& causes) {
    std::vector<Advice> once;
    for (const Advice& cause : causes)
        if (std::ranges::none_of(once, [&](const Advice& told) {
                return told.misconception == cause.misconception && told.because == cause.because;
            }))
            once.push_back(cause);
    return once;
}

void take(CaseResult& result, const std::vector<Advice>& causes) {
    result.or_else = each_once(causes);
    result.advice = causes.empty() ? Advice{} : causes.front();
    if (!causes.empty()) result.or_else.erase(result.or_else.begin());
}

std::vector<Advice> with_sign_in(const std::vector<Guess>& guesses, std::string_view seen) {
    std::vector<Advice> causes;
    for (const Guess& guess : guesses)
        if (!guess.sign.empty() && seen.find(guess.sign) != seen.npos)
            causes.push_back(guess.advice);
    return causes;
}

std::vector<Advice> without_sign(const std::vector<Guess>& guesses) {
    std::vector<Advice> causes;
    for (const Guess& guess : guesses)
        if (guess.sign.empty()) causes.push_back(guess.advice);
    return causes;
}

Advice cause_of(const Finding& finding) {
    return {finding.cause, finding.because, finding.read};
}

std::string words_of(const Finding& finding) {
    return finding.words + " " + finding.detail;
}

void crashed(CaseResult& result, const CaseStory& story, Ending ending) {
    result.outcome = CaseOutcome::crashed;
    result.ending = ending.describe();
    const std::string seen = result.finding ? words_of(*result.finding) : result.ending;
    std::vector<Advice> causes = with_sign_in(story.if_it_crashes(), seen);
    if (causes.empty()) {
        causes = without_sign(story.if_it_crashes());
        if (result.finding && !result.finding->cause.empty())
            causes.push_back(cause_of(*result.finding));
    }
    take(result, causes);
}

void quit(CaseResult& result, const CaseStory& story, Ending ending) {
    result.outcome = CaseOutcome::quit;
    result.ending = ending.describe();
    std::vector<Advice> causes = with_sign_in(story.if_it_crashes(), result.ending);
    if (causes.empty()) causes = without_sign(story.if_it_crashes());
    if (story.somebody_else_spoke()) causes = {kForged};
    if (causes.empty()) causes = {kLeaves};
    take(result, causes);
}

// The step that failed had its guess. What a sanitizer reported came before, and is no guess; but
// it may be what became of the same mistake, so both are told. First comes what the case itself
// says to such a report.
void failed(CaseResult& result, const CaseStory& story) {
    result.outcome = CaseOutcome::failed;
    if (!result.finding || !result.finding->stops) return result.finding.reset();
    std::vector<Advice> causes = with_sign_in(story.if_it_crashes(), words_of(*result.finding));
    if (!causes.empty()) return take(result, causes);
    causes.push_back(cause_of(*result.finding));
    if (!result.advice.misconception.empty()) causes.push_back(result.advice);
    causes.insert(causes.end(), result.or_else.begin(), result.or_else.end());
    take(result, causes);
}

void used_too_much(CaseResult& result, std::chrono::milliseconds most) {
    result.outcome = CaseOutcome::failed;
    result.failure = {
        "the processor time of the whole case",
        fmt::format("at most {:.1f} s", static_cast<double>(most.count()) / 1000),
        fmt::format("{:.1f} s", static_cast<double>(result.processor_time.count()) / 1000)};
    take(result, {kSpins});
}

}  // namespace

void judge_end(CaseResult& result, const CaseStory& story, Ending ending,
               const std::string& learners_folder) {
    if (result.outcome == CaseOutcome::skipped) return;
    const std::chrono::milliseconds most = story.may_use().value_or(kMostProcessorTime);
    result.finding = find_finding(result.printed, learners_folder);
    if (story.failed())
        failed(result, story);
    else if (ending.killed() || (result.finding && !ending.success()))
        crashed(result, story, ending);
    else if (!story.ended() || !ending.success())
        quit(result, story, ending);
    else if (!result.left.empty())
        result.outcome = CaseOutcome::untidy;
    else if (result.processor_time > most)
        used_too_much(result, most);
}

void judge_hang(CaseResult& result, const CaseStory& story) {
    result.left.clear();
    // A case that has failed and then hangs on its way out has failed: that came first.
    result.outcome = story.failed() ? CaseOutcome::failed : CaseOutcome::hung;
    if (story.failed()) return;
    const auto says = [](std::string_view words) {
        return [words](const std::string& line) { return line.find(words) != line.npos; };
    };
    const bool spins =
        result.processor_time >
            std::max(kMostProcessorTime, story.may_use().value_or(kMostProcessorTime)) ||
        std::ranges::any_of(result.waits, says("does not wait"));
    // A sign for the checks: who spins in several threads may be seen in none of them.
    const std::string seen =
        fmt::format("{}{}", fmt::join(result.waits, "\n"), spins ? "\nit uses the processor" : "");
    std::vector<Advice> causes = with_sign_in(story.if_it_hangs(), seen);
    if (causes.empty() && std::ranges::any_of(result.waits, says("is stopped")))
        causes = {kStopped};
    if (causes.empty() && spins) causes = {kSpins};
    if (causes.empty()) causes = without_sign(story.if_it_hangs());
    take(result, causes);
}

// What it left is not its fault any more: without its parent it was killed.
void judge_end_of_keeper(CaseResult& result) {
    result.outcome = CaseOutcome::failed;
    result.left.clear();
    result.failure = {"the process that is signalled", "one that this program has started",
                      "its own parent, getppid(), which ended with that"};
    take(result, {kTakesParent});
}

}  // namespace waymark::course
