// `./waymark capstone`: whose modules are in the server, and what its tests say of it.

#include "lessons/course/capstone.hh"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "lessons/course/commands/teacher.hh"

namespace waymark::course {

namespace {

constexpr std::size_t kMostLines = 25;

void print_part(const Course& course, const Part& part) {
    const Style& style = course.reporter().style;
    const bool yours = part.whose == Part::Whose::learners;
    const std::string whose = part.whose == Part::Whose::nobodys ? style.bad("nobody's yet ")
                              : yours                            ? style.good("yours        ")
                                                                 : "the library's";
    for (const std::string& source : part.sources)
        fmt::print("  {:<15} {}  {}{}\n", part.lesson, whose, source,
                   part.because.empty() ? "" : " (" + part.because + ")");
    std::fflush(stdout);
}

void print_end_of(const std::string& output) {
    std::vector<std::string> lines;
    std::istringstream all(output);
    for (std::string line; std::getline(all, line);) lines.push_back(line);
    const std::size_t first = lines.size() > kMostLines ? lines.size() - kMostLines : 0;
    for (std::size_t place = first; place < lines.size(); ++place)
        fmt::print("        {}\n", printable(lines[place]));
}

bool run_one(const Course& course, const AcceptanceTest& test) {
    const Style& style = course.reporter().style;
    const Accepted accepted = run_acceptance_test(test, course.folders().build);
    fmt::print("  {}  {:<34} {}, {:.1f} s\n",
               accepted.passed ? style.good("ok  ") : style.bad("FAIL"), test.name, accepted.counts,
               std::chrono::duration<double>(accepted.time).count());
    for (const std::string& skip : accepted.skips) fmt::print("        SKIP: {}\n", skip);
    if (!accepted.passed) print_end_of(accepted.output);
    std::fflush(stdout);
    return accepted.passed;
}

}  // namespace

int capstone(const Course& course) {
    std::vector<Part> parts;
    fmt::print("The modules of the tracking server:\n");
    for (const Lesson& lesson : course.lessons()) {
        if (lesson.sources.empty()) continue;
        parts.push_back(choose_part(course, lesson));
        print_part(course, parts.back());
    }
    if (std::ranges::count(parts, Part::Whose::nobodys, &Part::whose) > 0) {
        fmt::print(
            "This copy came without solutions. Where yours does not pass there is no module,\n"
            "and without it no server: './waymark list' says where to go on.\n");
        return 1;
    }
    const auto yours = std::ranges::count(parts, Part::Whose::learners, &Part::whose);
    const std::filesystem::path server = build_capstone(course, parts);
    fmt::print("{} is built on them. Its acceptance tests:\n", course.shown(server));
    std::fflush(stdout);
    std::size_t failed = 0;
    for (const AcceptanceTest& test : acceptance_tests(course.folders().build, server))
        failed += run_one(course, test) ? 0 : 1;
    const Style& style = course.reporter().style;
    if (failed > 0)
        fmt::print("{} {} of its tests fail with {} of {} modules yours.\n", style.bad("not yet:"),
                   failed, yours, parts.size());
    else if (yours == 0)
        fmt::print("{} the server works; all of its modules are the library's.\n",
                   style.good("passed:"));
    else
        fmt::print("{} the server works, and {} of its {} modules are yours.\n",
                   style.good("passed:"), yours, parts.size());
    return failed == 0 ? 0 : 1;
}

}  // namespace waymark::course
