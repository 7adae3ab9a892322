#include "lessons/course/grade.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "lessons/course/case_run.hh"
#include "lessons/course/clean_text.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/verdict.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

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

// The line in "children.cc:41, in Children::reap()" and in "/x/children.cc:41:7: error: ...".
int line_in(const std::string& place, const std::string& file_name) {
    const std::size_t name = place.find(file_name + ":");
    if (name == place.npos) return 0;
    const char* begin = place.data() + name + file_name.size() + 1;
    int line = 0;
    std::from_chars(begin, place.data() + place.size(), line);
    return line;
}

GradedCase graded(const Lesson& lesson, const Reporter& reporter, const CaseResult& result,
                  const std::string& file_name) {
    GradedCase graded{result.name, mark_of(result), "", "", 0, result.time};
    if (graded.mark == Mark::passed) return graded;
    graded.reason = outcome_name(result.outcome);
    graded.story = graded.mark == Mark::skipped ? "not graded: " + result.skipped_because
                                                : reporter.story(lesson, result);
    graded.story = clean_text(graded.story);
    if (result.finding) graded.line = line_in(result.finding->place, file_name);
    return graded;
}

// Every case without its point, for the same reason.
void none_was_run(GradedLesson& lesson, const std::vector<std::string>& names,
                  const std::string& reason, const std::string& story, int line) {
    lesson.reason = reason;
    lesson.cases.clear();
    for (const std::string& name : names)
        lesson.cases.push_back({name, Mark::broken, reason, clean_text(story), line, {}});
}

// Where the grader has put the files is nobody's business and too long to read.
std::string without_folder(std::string text, const fs::path& file) {
    const std::string folder = file.parent_path().string() + "/";
    for (std::size_t place = 0; (place = text.find(folder, place)) != text.npos;)
        text.erase(place, folder.size());
    return text;
}

std::string from_checkout(const Course& course, const fs::path& file) {
    const fs::path relative = file.lexically_relative(course.folders().root);
    return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

}  // namespace

std::size_t GradedLesson::count(Mark mark) const {
    return static_cast<std::size_t>(std::ranges::count(cases, mark, &GradedCase::mark));
}

std::size_t Grade::points() const {
    std::size_t points = 0;
    for (const GradedLesson& lesson : lessons) points += lesson.points();
    return points;
}

std::size_t Grade::most_points() const {
    std::size_t points = 0;
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
    none_was_run(graded, {"the check of the lesson runs"}, reason, reason, 0);
    return graded;
}

std::map<std::string, fs::path> Grader::files_of(const Lesson& lesson) const {
    std::map<std::string, fs::path> files;
    for (const std::string& source : lesson.sources) {
        const fs::path name = fs::path(source).filename();
        const fs::path in_folder = submission_ / lesson.name / name;
        files.emplace(source, fs::exists(in_folder) ? in_folder : submission_ / name);
    }
    return files;
}

GradedLesson Grader::run(const Lesson& lesson) const {
    const ScratchFolder scratch;
    const Toolchain toolchain = course_.toolchain(lesson, scratch.path());
    toolchain.build_ahead(lesson);
    const std::vector<std::string> names = list_cases(toolchain.check_without_learner(lesson));
    const std::map<std::string, fs::path> files = files_of(lesson);
    GradedLesson graded_lesson{lesson.name, lesson.title, "", "", {}, {}};
    graded_lesson.file = from_checkout(course_, files.begin()->second);
    for (const auto& [source, file] : files) {
        if (fs::is_regular_file(file)) continue;
        const std::string missing = fmt::format("{} was not handed in", file.filename().string());
        none_was_run(graded_lesson, names, missing, missing, 0);
        return graded_lesson;
    }
    Judge judge{toolchain};
    judge.until = RunUntil::end;
    const Verdict verdict = judge.judge(lesson, files);
    graded_lesson.time = verdict.compile_time + verdict.run_time;
    const Reporter reporter{Style(false), 80};
    if (!verdict.compiled) {
        const std::string words = without_folder(
            fmt::format("{}", fmt::join(verdict.problems, "\n")), files.begin()->second);
        const std::string file_name = files.begin()->second.filename().string();
        none_was_run(graded_lesson, names, "does not compile", words, line_in(words, file_name));
        return graded_lesson;
    }
    for (const CaseResult& result : verdict.cases)
        graded_lesson.cases.push_back(
            graded(lesson, reporter, result, files.begin()->second.filename().string()));
    return graded_lesson;
}

GradedLesson Grader::grade(const Lesson& lesson) const {
    try {
        return run(lesson);
    } catch (const std::exception& error) {
        return without_points(lesson, std::string("it could not be graded: ") + error.what());
    }
}

}  // namespace waymark::course
