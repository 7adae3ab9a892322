// begin, check, hint, solution, reset: what a learner does with one exercise.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/commands/commands.hh"
#include "lessons/course/handout.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A case mostly waits: for a child, a thread, a pause. So more than there are processors.
constexpr std::size_t kCasesAtOnce = 4;

// The work folder's own settings file: git ignores work/ in this repository, and what is built
// there.
fs::path hint_file(const Course& course, const Lesson& lesson) {
    return course.workspace().built(lesson) / "hints";
}

int hints_given(const Course& course, const Lesson& lesson) {
    const fs::path file = hint_file(course, lesson);
    if (!fs::exists(file)) return 0;
    int given = 0;
    std::istringstream(read_file(file)) >> given;
    return given;
}

void note_verdict(const Course& course, const Lesson& lesson, const Verdict& verdict) {
    LessonProgress progress;
    progress.passed = verdict.passed();
    progress.date = today();
    progress.right = verdict.count(CaseOutcome::passed);
    progress.in_all = verdict.cases_in_all;
    course.progress().note(lesson.name, progress);
}

// Behind the story, if it compiled: between a case and its steps nobody would look for a warning.
void print_compilers_words(const Reporter& reporter, const Verdict& verdict) {
    if (verdict.problems.empty()) return;
    if (verdict.compiled) fmt::print("\nThe compiler warns of something else:\n");
    fmt::print("{}", reporter.compile_problems(verdict));
}

void print_where_next(const Course& course, const Lesson& lesson) {
    if (has_solution(course.workspace(), lesson))
        fmt::print("Compare with './waymark solution {}'. ", lesson.number());
    for (const Lesson& other : course.lessons()) {
        if (other.name <= lesson.name) continue;
        fmt::print("Next: lessons/{}/README.md\n", other.name);
        return;
    }
    fmt::print("It was the last lesson: './waymark capstone'.\n");
}

}  // namespace

int begin(const Course& course, const std::string& name) {
    const Lesson& lesson = course.lesson(name);
    const std::vector<fs::path> written = course.workspace().begin(lesson);
    for (const auto& [source, file] : course.files(lesson))
        fmt::print("{}{}\n", course.shown(file),
                   std::find(written.begin(), written.end(), file) == written.end()
                       ? " is there already and stays as it is"
                       : "");
    fmt::print(
        "Read lessons/{0}/README.md, write the part between the two '{1}' marks,\n"
        "then './waymark check {2}', or './waymark watch {2}' to check at every save.\n",
        lesson.name, lesson.region(), lesson.number());
    return 0;
}

int check(const Course& course, const std::string& name, bool json) {
    return *check_until(course, course.lesson(name), [] { return false; }, json);
}

std::optional<int> check_until(const Course& course, const Lesson& lesson,
                               const std::function<bool()>& is_enough, bool json) {
    const auto files = course.files(lesson);
    const Toolchain toolchain = course.toolchain(lesson);
    const Reporter& reporter = course.reporter();
    toolchain.build_ahead(lesson);
    if (!json) fmt::print("{}: {}\n\n", lesson.name, course.shown(files.begin()->second));
    Judge judge{toolchain};
    judge.at_once = kCasesAtOnce;
    judge.limit_by_compiler = true;
    judge.on_case = [&](const CaseResult& result) {
        if (!json) fmt::print("{}", reporter.line(result));
        std::fflush(stdout);
    };
    judge.is_enough = [&](const CaseResult&) { return is_enough(); };
    const Verdict verdict = judge.judge(lesson, course.files_to_link(lesson));
    if (is_enough()) return std::nullopt;
    note_verdict(course, lesson, verdict);
    if (json) {
        fmt::print("{}", verdict_as_json(lesson, verdict));
        return verdict.passed() ? 0 : 1;
    }
    if (const CaseResult* failure = verdict.first_failure())
        fmt::print("{}", reporter.story(lesson, *failure));
    print_compilers_words(reporter, verdict);
    fmt::print("{}", reporter.summary(lesson, verdict));
    if (verdict.passed()) print_where_next(course, lesson);
    if (const std::vector<std::string> missing = course.missing_before(lesson);
        !verdict.passed() && !missing.empty())
        fmt::print(
            "This copy has no solution of {}, and yours does not pass yet; this check may need "
            "it.\n",
            fmt::join(missing, ", "));
    return verdict.passed() ? 0 : 1;
}

int check_begun(const Course& course) {
    const std::vector<const Lesson*> lessons = course.begun_lessons();
    if (lessons.empty())
        fmt::print("No lesson was begun yet: './waymark list' says where to go on.\n");
    int code = 0;
    for (const Lesson* lesson : lessons) {
        try {
            code = std::max(code, check(course, lesson->name, false));
        } catch (const daemon::UsageError& error) {  // one of its files is gone
            fmt::print("{}: {}\n", lesson->name, error.what());
            code = 1;
        }
        fmt::print("\n");
    }
    return code;
}

int hint(const Course& course, const std::string& name, int tier) {
    const Lesson& lesson = course.lesson(name);
    const int in_all = static_cast<int>(lesson.hints.size());
    if (tier < 0 || tier > in_all)
        throw daemon::UsageError(fmt::format("there are hints 1 to {}", in_all));
    const int given = tier != 0 ? tier : std::min(hints_given(course, lesson) + 1, in_all);
    fs::create_directories(hint_file(course, lesson).parent_path());
    write_file(hint_file(course, lesson), fmt::format("{}\n", given));
    const std::string head = fmt::format("Hint {} of {}: ", given, in_all);
    fmt::print("{}\n", wrapped(head + lesson.hints.at(static_cast<std::size_t>(given - 1)),
                               course.reporter().width, 0, 0));
    if (given < in_all) fmt::print("('./waymark hint {}' once more says more.)\n", lesson.number());
    return 0;
}

int solution(const Course& course, const std::string& name, bool anyway) {
    const Lesson& lesson = course.lesson(name);
    const std::optional<LessonProgress> progress = course.progress().of(lesson.name);
    if (!anyway && (!progress || !progress->passed_once))
        throw daemon::UsageError(fmt::format(
            "the solution is shown when your own passes, because the difference is the lesson; "
            "'./waymark solution {} --anyway' shows it now",
            lesson.number()));
    if (!has_solution(course.workspace(), lesson))
        throw daemon::UsageError(
            fmt::format("this copy of Waymark was handed out without the solution of lesson {}",
                        lesson.number()));
    for (const std::string& source : lesson.sources)
        fmt::print("// {}\n{}\n", source, course.workspace().solution(lesson, source));
    return 0;
}

int reset(const Course& course, const std::string& name) {
    if (name.empty()) throw daemon::UsageError("reset needs the number of a lesson");
    const Lesson& lesson = course.lesson(name);
    for (const fs::path& aside : course.workspace().reset(lesson))
        fmt::print("yours is now {}\n", course.shown(aside));
    if (std::optional<LessonProgress> progress = course.progress().of(lesson.name)) {
        progress->passed = false;
        progress->right = 0;
        course.progress().note(lesson.name, *progress);
    }
    fmt::print("{} is as it was at the beginning\n",
               course.shown(course.workspace().folder(lesson)));
    return 0;
}

}  // namespace waymark::course
