// `./waymark handout`: a learner's copy, and what is still to be written in it.

#include "lessons/course/handout.hh"

#include <fmt/core.h>

#include <algorithm>

#include "lessons/course/commands/teacher.hh"

namespace waymark::course {

int hand_out(const Course& course, const std::filesystem::path& folder, const std::string& from) {
    std::vector<Lesson> stripped;
    const std::string first = from.empty() ? "" : course.lesson(from).name;
    for (const Lesson& lesson : course.lessons())
        if (lesson.name >= first && lesson.kept_because.empty()) stripped.push_back(lesson);
    const HandedOut done =
        hand_out(course.workspace(), stripped, std::filesystem::absolute(folder));
    fmt::print("{}: {} files, without history and without {} files that prove the checks\n",
               course.shown(std::filesystem::absolute(folder)), done.files, done.left_out);
    constexpr std::size_t kMostNames = 5;
    for (std::size_t place = 0; place < std::min(done.unknown.size(), kMostNames); ++place)
        fmt::print("  not in it, because git does not track it: {}\n", done.unknown[place]);
    if (done.unknown.size() > kMostNames)
        fmt::print("  and {} more: git status\n", done.unknown.size() - kMostNames);
    for (const std::string& source : done.emptied)
        fmt::print("  still to be written: {}\n", source);
    for (const Lesson& lesson : course.lessons())
        if (lesson.name >= first && !lesson.kept_because.empty())
            fmt::print("  the solution of lesson {} is in it: {}\n", lesson.number(),
                       lesson.kept_because);
    fmt::print("To go on there: git init && git add . && ./waymark list\n");
    return 0;
}

}  // namespace waymark::course
