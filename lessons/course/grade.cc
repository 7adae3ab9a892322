#include "lessons/course/grade.hh"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>

#include "daemon/error.hh"
#include "lessons/course/case_run.hh"
#include "lessons/course/case_text.hh"
#include "lessons/course/clean_text.hh"
#include "lessons/course/grade_place.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/shared_work.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A case that hangs is waited for, and mostly it is not the only one: so some are run beside each
// other. They leave the processor to the others.
constexpr std::size_t kGraders = 6;
constexpr std::chrono::seconds kCaseLimit{5};

Mark mark_of(const CaseResult& result) {
    switch (result.outcome) {
        case CaseOutcome::passed:
            return Mark::passed;
        case CaseOutcome::skipped:
            return Mark::skipped;
        case CaseOutcome::failed:
        case CaseOutcome::untidy:
            return Mark::failed;
        default:
            return Mark::broken;
    }
}

GradedCase graded(const Lesson& lesson, const CasePlaces& places, const CaseResult& result) {
    static const Reporter reporter{Style(false), 80};
    GradedCase graded;
    graded.name = result.name;
    graded.mark = mark_of(result);
    graded.time = result.time;
    if (graded.mark == Mark::passed) return graded;
    graded.reason = outcome_name(result.outcome);
    graded.story = clean_text(graded.mark == Mark::skipped ? "not graded: " + result.skipped_because
                                                           : reporter.story(lesson, result));
    // Of a hang: the learner's line that one of its threads stands in.
    const FileLine place = places.named_in(
        result.finding ? result.finding->place : fmt::format("{}", fmt::join(result.waits, "\n")),
        result.name);
    graded.file = place.file;
    graded.line = place.line;
    return graded;
}

// Every case without its point, for the same reason; its story is told once.
void none_was_run(GradedLesson& graded, const std::vector<std::string>& names,
                  const std::string& reason, const std::string& story, const FileLine& place) {
    graded.reason = reason;
    graded.story = clean_text(story);
    for (const std::string& name : names) {
        GradedCase one;
        one.name = name;
        one.reason = reason;
        one.file = place.file;
        one.line = place.line;
        graded.cases.push_back(one);
    }
}

// What the manifest says of each case.
void weigh(GradedLesson& graded, const Lesson& lesson) {
    for (GradedCase& one : graded.cases)
        if (const auto found = lesson.worth.find(one.name); found != lesson.worth.end())
            one.worth = found->second;
    for (const std::string& name : lesson.must_pass) {
        const auto found = std::ranges::find(graded.cases, name, &GradedCase::name);
        const bool is_missed = found != graded.cases.end() && found->mark != Mark::passed &&
                               found->mark != Mark::skipped;
        if (is_missed && graded.forfeited.empty()) graded.forfeited = name;
    }
}

struct Fault {
    std::string file;
    std::string words;
};

std::optional<Fault> first_fault(const std::map<std::string, fs::path>& files) {
    for (const auto& [source, file] : files) {
        const std::string fault =
            fs::exists(fs::symlink_status(file)) ? fault_of_work(file) : "was not handed in";
        if (!fault.empty()) return Fault{file, file.filename().string() + " " + fault};
    }
    return std::nullopt;
}

void refuse_unknown(const Lesson& lesson, const std::vector<std::string>& names) {
    std::vector<std::string> wanted = lesson.must_pass;
    for (const auto& [name, worth] : lesson.worth) wanted.push_back(name);
    for (const std::string& name : wanted)
        if (std::ranges::find(names, name) == names.end())
            throw daemon::UsageError(
                fmt::format("lesson.json grades a case that there is not: '{}'", name));
}

}  // namespace

std::size_t GradedLesson::count(Mark mark) const {
    return static_cast<std::size_t>(std::ranges::count(cases, mark, &GradedCase::mark));
}

int most_points_of(const GradedCase& one) {
    return one.mark == Mark::skipped ? 0 : one.worth;
}

int GradedLesson::points_of(const GradedCase& one) const {
    return one.mark == Mark::passed && forfeited.empty() ? one.worth : 0;
}

int GradedLesson::points() const {
    int points = 0;
    for (const GradedCase& one : cases) points += points_of(one);
    return points;
}

int GradedLesson::most_points() const {
    int points = 0;
    for (const GradedCase& one : cases) points += most_points_of(one);
    return points;
}

int Grade::points() const {
    int points = 0;
    for (const GradedLesson& lesson : lessons) points += lesson.points();
    return points;
}

int Grade::most_points() const {
    int points = 0;
    for (const GradedLesson& lesson : lessons) points += lesson.most_points();
    return points;
}

std::chrono::milliseconds Grade::time() const {
    std::chrono::milliseconds time{0};
    for (const GradedLesson& lesson : lessons) time += lesson.time;
    return time;
}

GradedLesson Grader::without_points(const Lesson& lesson, const std::string& reason) {
    GradedLesson graded;
    graded.name = lesson.name;
    graded.title = lesson.title;
    none_was_run(graded, {"the check of the lesson runs"}, reason, "", {});
    return graded;
}

std::map<std::string, fs::path> Grader::files_of(const Lesson& lesson) const {
    std::map<std::string, fs::path> files;
    for (const std::string& source : lesson.sources) {
        const fs::path name = fs::path(source).filename();
        const fs::path in_folder = submission_ / lesson.name / name;
        const bool is_flat = !fs::exists(in_folder) && fs::exists(submission_ / name);
        files.emplace(source, is_flat ? submission_ / name : in_folder);
    }
    return files;
}

GradedLesson Grader::run(const Lesson& lesson) const {
    const auto begin = std::chrono::steady_clock::now();
    const ScratchFolder scratch;
    const Toolchain toolchain = course_.toolchain(lesson, scratch.path());
    toolchain.build_ahead(lesson);
    const std::vector<std::string> names = list_cases(toolchain.check_without_learner(lesson));
    refuse_unknown(lesson, names);
    const std::map<std::string, fs::path> files = files_of(lesson);
    const CasePlaces places(lesson, course_.folders().root, files);
    GradedLesson whole;
    whole.name = lesson.name;
    whole.title = lesson.title;
    if (const auto fault = first_fault(files)) {
        none_was_run(whole, names, fault->words, "", places.named_by_compiler(fault->file));
    } else if (const Compiled compiled = toolchain.compile(lesson, files); !compiled.success) {
        const std::string words = fmt::format("{}", fmt::join(compiled.problems, "\n"));
        none_was_run(whole, names, "does not compile", places.without_folders(words),
                     places.named_by_compiler(words));
    } else {
        const std::string folder = files.at(lesson.sources.front()).parent_path().string() + "/";
        const auto judge = [&](std::size_t place) {
            const CaseRun one{toolchain.program(lesson), names[place], folder, kCaseLimit};
            return case_as_text(run_case(one));
        };
        share_out(names.size(), kGraders, judge, [&](const std::string& text) {
            whole.cases.push_back(graded(lesson, places, case_from_text(text)));
            return GoOn::yes;
        });
    }
    weigh(whole, lesson);
    whole.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return whole;
}

GradedLesson Grader::grade(const Lesson& lesson) const {
    try {
        return run(lesson);
    } catch (const std::exception& error) {
        return without_points(lesson, std::string("it could not be graded: ") + error.what());
    }
}

}  // namespace waymark::course
