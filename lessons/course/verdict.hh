// The verdict on one set of files for one lesson: do they compile, which cases pass. Everything
// that judges goes through here: a learner's check, the grade, the proof that mutants are rejected.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lessons/course/case_result.hh"
#include "lessons/course/lesson.hh"
#include "lessons/course/toolchain.hh"

namespace waymark::course {

struct Verdict {
    bool compiled = false;
    std::vector<std::string> problems;  // of the compiler; warnings if it compiled
    std::vector<CaseResult> cases;      // those that were run
    std::size_t cases_in_all = 0;       // 0 if it did not compile
    std::chrono::milliseconds compile_time{0};
    std::chrono::milliseconds run_time{0};

    std::size_t count(CaseOutcome outcome) const;
    // Every case was run, and none did anything but pass or skip.
    bool passed() const;
    const CaseResult* first_failure() const;  // owned by the verdict; null if there is none
};

enum class RunUntil { first_failure, end };

struct Judge {
    const Toolchain& toolchain;
    RunUntil until = RunUntil::first_failure;
    std::chrono::milliseconds limit{5000};  // for one case
    // Somebody waits. The limit is a few times what the compiler has needed just now, which is
    // longer on a slow machine and on a busy one, as a case is. (Nothing was compiled: as above.)
    bool limit_by_compiler = false;
    // Told of each case when it is done.
    std::function<void(const CaseResult&)> on_case = [](const CaseResult&) {};

    // The cases in the order in which they are run. If there are none, the check is asked for its
    // own.
    std::vector<std::string> names = {};

    // So many are run beside each other; told in order all the same.
    std::size_t at_once = 1;

    // With RunUntil::end: whether what is known by now is enough.
    std::function<bool(const CaseResult&)> is_enough = [](const CaseResult&) { return false; };

    // `files`: library source -> the file in its place, for all sources of the lesson and possibly
    // for others. The check must be built.
    Verdict judge(const Lesson& lesson,
                  const std::map<std::string, std::filesystem::path>& files) const;

  private:
    std::chrono::milliseconds limit_after(bool compiled_anew,
                                          std::chrono::milliseconds compile_time) const;
    // Whether another one is wanted.
    bool take(Verdict& verdict, CaseResult result) const;
};

}  // namespace waymark::course
