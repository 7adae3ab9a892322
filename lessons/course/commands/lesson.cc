// `./waymark lesson new` and `lesson lint`.

#include <fmt/core.h>

#include "daemon/error.hh"
#include "lessons/course/commands/teacher.hh"
#include "lessons/course/lint.hh"
#include "lessons/course/scaffold.hh"

namespace waymark::course {

namespace {

// Gives the number of problems.
std::size_t lint_one(const Course& course, const Lesson& lesson, std::size_t& looked_at) {
    Lint lint(course.folders().root, lesson);
    lint.run();
    const std::size_t count = lint.problems().size();
    const Style& style = course.reporter().style;
    fmt::print("  {}  {:<15} {:>3} min, {} things looked at{}\n",
               count == 0 ? style.good("ok   ") : style.bad("lacks"), lesson.name,
               lesson.minutes().count(), lint.looked_at(),
               count == 0 ? "" : fmt::format(", {} not right:", count));
    for (const std::string& problem : lint.problems()) fmt::print("      {}\n", problem);
    looked_at += lint.looked_at();
    return count;
}

}  // namespace

int new_lesson(const Course& course, const std::string& name,
               const std::vector<std::string>& sources, bool exercise_only) {
    for (const std::filesystem::path& path :
         write_scaffold(course.folders().root, name, sources, exercise_only))
        fmt::print("{}\n", course.shown(path));
    fmt::print("'./waymark lesson lint {}' says what is still to be written.\n", name.substr(0, 2));
    return 0;
}

int lint_lessons(const Course& course, const std::string& name) {
    if (std::filesystem::exists(course.folders().root / "HANDOUT.md"))
        throw daemon::UsageError(
            "this is a learner's copy, from which parts of the lessons were left out; look at the "
            "checkout that it was made from");
    std::size_t problems = 0;
    std::size_t looked_at = 0;
    std::size_t lessons = 0;
    std::chrono::minutes minutes{0};
    for (const Lesson& lesson : course.lessons()) {
        if (!name.empty() && lesson.name != course.lesson(name).name) continue;
        problems += lint_one(course, lesson, looked_at);
        minutes += lesson.minutes();
        ++lessons;
    }
    if (lessons == 0) throw daemon::UsageError("there is no lesson to look at");
    fmt::print("{} lessons, {} minutes, {} things looked at, {} not right\n", lessons,
               minutes.count(), looked_at, problems);
    return problems == 0 ? 0 : 1;
}

}  // namespace waymark::course
