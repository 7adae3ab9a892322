// The capstone: the tracking server on the learner's modules. Each exercise is a source of the
// library; where the learner's own passes its check now, it is linked into the server in place of
// the library's, by the same way in which checks are linked (toolchain.hh). Then the server must
// pass its acceptance tests: those that its Meson files put into the suite "acceptance".

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lessons/course/course.hh"

namespace waymark::course {

// Whose module a lesson's is.
struct Part {
    enum class Whose { learners, librarys, nobodys };
    std::string lesson;
    std::vector<std::string> sources;
    Whose whose = Whose::librarys;
    std::string because;                                 // "not begun"; empty for the learner's
    std::map<std::string, std::filesystem::path> files;  // of the learner's: source -> file
};

// Runs the check of every lesson that was begun. In a copy that was handed out without the solution
// a module that does not pass is nobody's.
Part choose_part(const Course& course, const Lesson& lesson);

// Where the server is put, with its pages beside it. Throws daemon::UsageError with the words of
// the compiler or linker if it cannot be made.
std::filesystem::path build_capstone(const Course& course, const std::vector<Part>& parts);

struct AcceptanceTest {
    std::string name;
    std::vector<std::string> command;  // with our server; to be run in the build folder
};

std::vector<AcceptanceTest> acceptance_tests(const std::filesystem::path& build,
                                             const std::filesystem::path& server);

struct Accepted {
    bool passed = false;
    std::string counts;              // "5 passed, 0 failed, 1 skipped", as the test says it
    std::vector<std::string> skips;  // "what: why"
    std::string output;
    std::chrono::milliseconds time{0};
};

// Whatever the server leaves behind is ended, and counts as a failure.
Accepted run_acceptance_test(const AcceptanceTest& test, const std::filesystem::path& build);

}  // namespace waymark::course
