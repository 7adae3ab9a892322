#include "lessons/course/verdict.hh"

#include <algorithm>

#include "daemon/fd.hh"
#include "lessons/course/case_run.hh"
#include "lessons/course/case_text.hh"
#include "lessons/course/shared_work.hh"

namespace waymark::course {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

bool is_bad(const CaseResult& result) {
    return result.outcome != CaseOutcome::passed && result.outcome != CaseOutcome::skipped;
}

}  // namespace

std::size_t Verdict::count(CaseOutcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(cases, outcome, &CaseResult::outcome));
}

bool Verdict::passed() const {
    return compiled && cases_in_all > 0 && cases.size() == cases_in_all &&
           std::ranges::none_of(cases, is_bad);
}

const CaseResult* Verdict::first_failure() const {
    const auto found = std::ranges::find_if(cases, is_bad);
    return found == cases.end() ? nullptr : &*found;
}

std::chrono::milliseconds Judge::limit_after(bool compiled_anew,
                                             std::chrono::milliseconds compile_time) const {
    constexpr std::chrono::milliseconds kLeast{2500};
    constexpr std::chrono::milliseconds kMost{20000};
    constexpr int kTimes = 3;
    if (!limit_by_compiler || !compiled_anew) return limit;
    return std::clamp(kTimes * compile_time, kLeast, kMost);
}

bool Judge::take(Verdict& verdict, CaseResult result) const {
    verdict.cases.push_back(std::move(result));
    const CaseResult& last = verdict.cases.back();
    on_case(last);
    return !(until == RunUntil::first_failure && is_bad(last)) && !is_enough(last);
}

Verdict Judge::judge(const Lesson& lesson,
                     const std::map<std::string, std::filesystem::path>& files) const {
    Verdict verdict;
    const daemon::Fd claimed = toolchain.claim(lesson);
    const Clock::time_point begin = Clock::now();
    Compiled compiled = toolchain.compile(lesson, files);
    verdict.compiled = compiled.success;
    verdict.problems = std::move(compiled.problems);
    verdict.compile_time = since(begin);
    if (!verdict.compiled) return verdict;
    const Clock::time_point linked = Clock::now();
    const std::filesystem::path program = toolchain.program(lesson);
    // Not asked of the learner's program: it may hang before its main function.
    const std::vector<std::string> in_order =
        names.empty() ? list_cases(toolchain.check_without_learner(lesson)) : names;
    verdict.cases_in_all = in_order.size();
    const std::string folder = files.at(lesson.sources.front()).parent_path().string() + "/";
    const auto for_one = limit_after(compiled.anew, verdict.compile_time);
    const auto run = [&](std::size_t place) {
        return run_case({program, in_order[place], folder, for_one});
    };
    if (at_once == 1) {
        for (std::size_t place = 0; place < in_order.size(); ++place)
            if (!take(verdict, run(place))) break;
    } else {
        share_out(
            in_order.size(), at_once, [&](std::size_t place) { return case_as_text(run(place)); },
            [&](const std::string& text) {
                return take(verdict, case_from_text(text)) ? GoOn::yes : GoOn::no;
            });
    }
    verdict.run_time = since(linked);
    return verdict;
}

}  // namespace waymark::course
