// Runs a demo in place of this process, so that it has the terminal and Ctrl-C reaches it alone.

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "daemon/error.hh"
#include "lessons/course/commands/commands.hh"
#include "lessons/course/program.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

void list_demos(const Course& course, const Lesson& lesson) {
    for (const Demo& demo : lesson.demos)
        fmt::print("  ./waymark demo {}/{:<20} {}{}\n", lesson.number(), demo.name, demo.title,
                   demo.wrong ? course.reporter().style.warn(" (goes wrong on purpose)") : "");
}

}  // namespace

int demo(const Course& course, const std::string& name) {
    const std::size_t slash = name.find('/');
    const Lesson& lesson = course.lesson(name.substr(0, slash));
    if (slash == name.npos) {
        list_demos(course, lesson);
        return 0;
    }
    const Demo& demo = find_demo(lesson, name.substr(slash + 1));
    if (demo.needs_root && ::geteuid() != 0)
        throw daemon::UsageError(fmt::format("demo {} needs root: {}", name, demo.title));
    const std::string target = fmt::format("lessons/{}/{}", lesson.name, demo.name);
    const Ran built = run_program({"ninja", "--quiet", target}, course.folders().build);
    if (!built.success())
        throw daemon::UsageError(fmt::format("{} does not build:\n{}", target, built.output));
    fmt::print("{}\nLook at: {}\n", course.reporter().style.strong(demo.title), demo.look);
    if (!demo.client.empty())
        fmt::print("In a second terminal: ./waymark demo {}/{}\n", lesson.number(), demo.client);
    fmt::print("\n");
    std::fflush(stdout);
    const std::string program = (course.folders().build / target).string();
    std::vector<std::string> words{program};
    words.insert(words.end(), demo.arguments.begin(), demo.arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    daemon::fail(errno, "exec", program);
}

}  // namespace waymark::course
