#include "lessons/course/course.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "daemon/error.hh"
#include "lessons/course/handout.hh"
#include "lessons/course/program.hh"

namespace waymark::course {

namespace fs = std::filesystem;

namespace {

// Commands run in other folders than this one.
Folders absolute(Folders folders) {
    for (fs::path* folder : {&folders.root, &folders.work, &folders.build, &folders.build_address,
                             &folders.build_thread})
        *folder = fs::absolute(*folder).lexically_normal();
    return folders;
}

// By the script that sets up all build folders, so that their settings stand in one place. A folder
// that is not the checkout's own is left alone.
void set_up_if_missing(const fs::path& root, const fs::path& build) {
    if (fs::exists(build / "build.ninja") || build.parent_path() != root) return;
    const Ran ran = run_visibly({root / "waymark", "set-up", build.filename()}, root);
    if (!ran.success())
        throw daemon::UsageError(fmt::format("{}: could not be set up", build.string()));
}

}  // namespace

Course::Course(Folders folders, ColorWish color)
    : folders_(absolute(std::move(folders))),
      lessons_(load_lessons(folders_.root)),
      workspace_(folders_.root, folders_.work),
      progress_(folders_.work / "progress.txt"),
      reporter_{Style(wants_color(color, STDOUT_FILENO)), text_width(STDOUT_FILENO)} {}

const Lesson& Course::lesson(const std::string& name) const {
    if (!name.empty()) return find_lesson(lessons_, name);
    for (const Lesson& lesson : lessons_) {
        const std::optional<LessonProgress> progress = progress_.of(lesson.name);
        if (workspace_.begun(lesson) && (!progress || !progress->passed)) return lesson;
    }
    for (const Lesson& lesson : lessons_)
        if (!workspace_.begun(lesson)) return lesson;
    throw daemon::UsageError("every lesson is passed; name one to look at it again");
}

std::vector<const Lesson*> Course::begun_lessons() const {
    std::vector<const Lesson*> begun;
    for (const Lesson& lesson : lessons_) {
        const auto is_there = [&](const std::string& source) {
            return fs::exists(workspace_.file(lesson, source));
        };
        if (std::ranges::any_of(lesson.sources, is_there)) begun.push_back(&lesson);
    }
    return begun;
}

Toolchain Course::toolchain(const Lesson& lesson, const fs::path& scratch) const {
    const fs::path& build =
        lesson.sanitizer == Sanitizer::thread ? folders_.build_thread : folders_.build_address;
    set_up_if_missing(folders_.root, build);
    return Toolchain(build, scratch);
}

Toolchain Course::toolchain(const Lesson& lesson) const {
    return toolchain(lesson, workspace_.built(lesson));
}

std::map<std::string, fs::path> Course::files(const Lesson& lesson) const {
    std::map<std::string, fs::path> files;
    for (const std::string& source : lesson.sources) {
        const fs::path file = workspace_.file(lesson, source);
        if (!fs::exists(file))
            throw daemon::UsageError(fmt::format("{} is not there; './waymark begin {}' writes it",
                                                 shown(file), lesson.number()));
        if (const std::string fault = fault_of_work(file); !fault.empty())
            throw daemon::UsageError(fmt::format("{} {}", shown(file), fault));
        files.emplace(source, file);
    }
    return files;
}

std::map<std::string, fs::path> Course::files_to_link(const Lesson& lesson) const {
    std::map<std::string, fs::path> all = files(lesson);
    for (const Lesson& other : lessons_)
        if (other.name != lesson.name && !has_solution(workspace_, other) && is_solved(other))
            all.merge(files(other));
    return all;
}

std::vector<std::string> Course::missing_before(const Lesson& lesson) const {
    std::vector<std::string> names;
    for (const Lesson& other : lessons_)
        if (other.name < lesson.name && !has_solution(workspace_, other) && !is_solved(other))
            names.push_back(other.name);
    return names;
}

bool Course::is_solved(const Lesson& lesson) const {
    const std::optional<LessonProgress> progress = progress_.of(lesson.name);
    return progress && progress->passed && workspace_.begun(lesson);
}

std::string Course::shown(const fs::path& path) const {
    const fs::path relative = path.lexically_relative(fs::current_path());
    return relative.empty() || *relative.begin() == ".." ? path.string() : relative.string();
}

}  // namespace waymark::course
