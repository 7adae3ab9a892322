// The commands for those who teach, one function each, and their options. Exit codes as for the
// learner's (commands.hh): 0 all is well, 1 something is not as it must be; the rest is thrown.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lessons/course/course.hh"
#include "lessons/course/grade_format.hh"

namespace CLI {
class App;
}

namespace waymark::course {

struct GradeWish {
    std::string lesson;       // empty: all of them
    bool only_begun = false;  // all of them that the learner has begun
    GradeFormat format = GradeFormat::json;
    std::filesystem::path output;      // empty: standard output
    std::filesystem::path submission;  // empty: the learner's own work/
};
// Writes a result whatever the learner's files do. 1 if a point is missing.
int grade(const Course& course, const GradeWish& wish);

// A learner's copy of the checkout in `folder`, without the solutions of lesson `from` and all
// behind it (of all, if it is empty).
int hand_out(const Course& course, const std::filesystem::path& folder, const std::string& from);

// A folder for a lesson that is still to be written.
int new_lesson(const Course& course, const std::string& name,
               const std::vector<std::string>& sources, bool exercise_only);

// What the lesson (or every lesson, if it is empty) still lacks. 1 if there is anything.
int lint_lessons(const Course& course, const std::string& lesson);

// The tracking server on the learner's modules, and its acceptance tests, unless `only_build`.
int capstone(const Course& course, bool only_build);

// What this machine has and lacks for the course. 1 if something that is needed is missing.
int doctor(const Course& course, bool json);

// Adds the words to the command line; the one that is used puts itself into `chosen`.
using Command = std::function<int(const Course&)>;
void add_teacher_commands(CLI::App& app, Command& chosen);

}  // namespace waymark::course
