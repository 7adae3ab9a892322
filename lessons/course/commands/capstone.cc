// `./waymark capstone`: whose modules are in the server, and what its tests say of it.

#include "lessons/course/capstone.hh"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "lessons/course/commands/teacher.hh"
#include "lessons/course/handout.hh"

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

// What a learner does about it: a lesson that was not begun has a text to read, and of a module
// that does not pass the check says why.
std::string cure_of(const Course& course, const Part& part) {
    const std::string number = course.lesson(part.lesson).number();
    return part.because == "not begun" ? "./waymark begin " + number
                                       : "./waymark check " + number + " says what is wrong";
}

// Loudly, and once more behind the table: whoever believes that all of it is theirs must not learn
// of it from a line in the middle.
void print_whose(const Course& course, const std::vector<Part>& parts) {
    const auto yours = std::ranges::count(parts, Part::Whose::learners, &Part::whose);
    fmt::print("{} of {} modules are yours.\n", yours, parts.size());
    if (yours == static_cast<std::ptrdiff_t>(parts.size())) return;
    fmt::print("The others are the library's:\n");
    for (const Part& part : parts)
        if (part.whose == Part::Whose::librarys)
            fmt::print("  {:<15} {}: {}\n", part.lesson, part.because, cure_of(course, part));
}

// What a test says, and not by which of its own lines it came to say it: of Python's traceback only
// the last line, which has the words.
std::vector<std::string> lines_without_tracebacks(const std::string& output) {
    std::vector<std::string> lines;
    std::istringstream all(output);
    bool inside = false;
    for (std::string line; std::getline(all, line);) {
        const bool begins = line == "Traceback (most recent call last):";
        if (begins || (inside && line.starts_with(' '))) {
            inside = true;
            continue;
        }
        constexpr std::string_view kError = "Error: ";
        const std::size_t error = inside ? line.find(kError) : line.npos;
        lines.push_back(error == line.npos ? line : line.substr(error + kError.size()));
        inside = false;
    }
    return lines;
}

void print_end_of(const std::string& output) {
    const std::vector<std::string> lines = lines_without_tracebacks(output);
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

bool is_learners(const Part& part) {
    return part.whose == Part::Whose::learners;
}

// Whose module it is: the one without which the test passes. To be said of the first test that
// fails; the others mostly fail for the same reason.
void print_suspects(const Course& course, const std::vector<Part>& parts,
                    const AcceptanceTest& test) {
    bool all_tried = true;
    for (std::size_t place = 0; place < parts.size(); ++place) {
        if (!is_learners(parts[place])) continue;
        if (!has_solution(course.workspace(), course.lesson(parts[place].lesson))) {
            all_tried = false;
            continue;
        }
        std::vector<Part> others = parts;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(place));
        build_capstone(course, others);
        if (!run_acceptance_test(test, course.folders().build).passed) continue;
        fmt::print(
            "{} passes with the library's module of lesson {} in place of yours: look there.\n",
            test.name, parts[place].lesson);
        build_capstone(course, parts);
        return;
    }
    build_capstone(course, parts);
    std::string names;
    for (const Part& part : parts)
        if (is_learners(part)) names += (names.empty() ? "" : ", ") + part.lesson;
    if (names.empty())
        fmt::print("None of your modules is in it: the cause is not yours.\n");
    else if (all_tried)
        fmt::print("No single module of yours ({}) makes the difference for {}.\n", names,
                   test.name);
    else
        fmt::print(
            "In it are your modules of {}. Which one it is, a copy without solutions cannot "
            "try out.\n",
            names);
}

}  // namespace

int capstone(const Course& course, bool only_build) {
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
    print_whose(course, parts);
    std::fflush(stdout);
    const std::filesystem::path server = build_capstone(course, parts);
    if (only_build) {
        fmt::print("{} is built on them.\n", course.shown(server));
        return 0;
    }
    fmt::print("{} is built on them. Its acceptance tests:\n", course.shown(server));
    std::fflush(stdout);
    const std::vector<AcceptanceTest> tests = acceptance_tests(course.folders().build, server);
    std::vector<AcceptanceTest> failing;
    for (const AcceptanceTest& test : tests)
        if (!run_one(course, test)) failing.push_back(test);
    const std::size_t failed = failing.size();
    if (failed > 0) print_suspects(course, parts, failing.front());
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
