// What every command of the course works on: the checkout, its lessons, the learner's work, where
// things are built, and how to speak.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"
#include "lessons/course/progress.hh"
#include "lessons/course/report.hh"
#include "lessons/course/toolchain.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

struct Folders {
    std::filesystem::path root;           // the checkout
    std::filesystem::path work;           // the learner's files and progress
    std::filesystem::path build;          // what people run: the demos
    std::filesystem::path build_address;  // checks under the address sanitizer
    std::filesystem::path build_thread;   // checks under the thread sanitizer
};

class Course {
  public:
    // Throws daemon::UsageError if a lesson's file is wrong.
    Course(Folders folders, ColorWish color);

    const Folders& folders() const { return folders_; }
    const std::vector<Lesson>& lessons() const { return lessons_; }
    const Workspace& workspace() const { return workspace_; }
    const Progress& progress() const { return progress_; }
    const Reporter& reporter() const { return reporter_; }

    // The lesson of that name; without one the first that was begun and not passed, or the first
    // that was not begun. Throws daemon::UsageError if there is none of that name, or nothing to
    // do.
    const Lesson& lesson(const std::string& name) const;

    // The lessons of which a learner's file is there, in order.
    std::vector<const Lesson*> begun_lessons() const;

    // The build folder of the lesson's sanitizer, set up if it is not yet (that takes some seconds, and
    // is told on standard error); `scratch` is for programs of this one use. Throws
    // daemon::UsageError if it cannot be set up.
    Toolchain toolchain(const Lesson& lesson, const std::filesystem::path& scratch) const;
    // The one for a learner's own work: its scratch folder stays, so that the next time is quicker.
    Toolchain toolchain(const Lesson& lesson) const;

    // Library source -> the learner's file. Throws daemon::UsageError if the lesson was not begun or
    // what is there is no ordinary file of a size that a person writes.
    std::map<std::string, std::filesystem::path> files(const Lesson& lesson) const;

    // The same, and with them the learner's files of other lessons that were passed, where this
    // checkout has no solution of its own: in a learner's copy one exercise may need another.
    std::map<std::string, std::filesystem::path> files_to_link(const Lesson& lesson) const;
    // The lessons before this one that this checkout has no solution of and the learner neither.
    std::vector<std::string> missing_before(const Lesson& lesson) const;

    // A path as a learner would type it: from the folder they are in, if it is below it.
    std::string shown(const std::filesystem::path& path) const;

  private:
    bool is_solved(const Lesson& lesson) const;

    Folders folders_;
    std::vector<Lesson> lessons_;
    Workspace workspace_;
    Progress progress_;
    Reporter reporter_;
};

}  // namespace waymark::course
