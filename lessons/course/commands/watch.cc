// Checks at every save, until q or Ctrl-C. One loop waits for three things: a saved file, a key, a
// signal.

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "lessons/course/commands/commands.hh"
#include "lessons/course/file_watch.hh"
#include "lessons/course/key_terminal.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const Course& course, const Lesson& lesson) {
    std::vector<fs::path> files;
    for (const auto& [source, file] : course.files(lesson)) files.push_back(file);
    return files;
}

const Lesson& lesson_after(const Course& course, const Lesson& lesson) {
    for (const Lesson& other : course.lessons())
        if (other.name > lesson.name) return other;
    return lesson;
}

// What the loop is told to do next.
enum class Next { check, other_lesson, wait, stop };

class Watcher {
  public:
    Watcher(const Course& course, const Lesson& lesson)
        : course_(course), lesson_(&lesson), signals_({SIGINT, SIGTERM, SIGHUP}) {}

    int run() {
        for (Next next = Next::other_lesson; next != Next::stop;) {
            if (next == Next::other_lesson) {
                if (!course_.workspace().begun(*lesson_)) begin(course_, lesson_->name);
                watch_.emplace(files_of(course_, *lesson_));
            }
            if (next != Next::wait) look_again();
            next = wait_for_something();
        }
        fmt::print("\n");
        return 0;
    }

  private:
    void look_again() {
        if (keys_.has_keys()) fmt::print("\n");
        try {
            // A save that comes meanwhile makes the rest of this verdict one about an old text.
            if (!check_until(course_, *lesson_, [&] { return watch_->differs(); })) {
                fmt::print("\nsaved meanwhile: looking at the new text\n");
                std::fflush(stdout);
                return;
            }
        } catch (const daemon::UsageError& error) {
            fmt::print("{}\n", error.what());  // the file may be away for a moment; wait for it
        }
        if (keys_.has_keys())
            fmt::print("\n[n]ext lesson  [h]int  [l]ist  [r]un again  [q]uit\n");
        else
            fmt::print("\nwaiting for a save; Ctrl-C ends it\n");
        std::fflush(stdout);
    }

    Next wait_for_something() {
        for (;;) {
            std::array<pollfd, 3> descriptors = {
                pollfd{watch_->fd(), POLLIN, 0}, pollfd{signals_.fd().get(), POLLIN, 0},
                pollfd{keys_.has_keys() ? STDIN_FILENO : -1, POLLIN, 0}};
            if (::poll(descriptors.data(), descriptors.size(), watch_->poll_timeout()) == -1 &&
                errno != EINTR)
                daemon::fail(errno, "poll");
            if (signals_.next()) return Next::stop;
            if (const std::optional<char> key = keys_.next()) return obey(*key);
            if (watch_->changed()) return Next::check;
            tell_what_is_missing();
        }
    }

    // Once, when a file has gone. An editor that takes it away to write it anew is quicker than
    // changed() waits.
    void tell_what_is_missing() {
        const std::vector<fs::path> missing = watch_->missing();
        if (missing == missing_) return;
        missing_ = missing;
        for (const fs::path& file : missing)
            fmt::print("{} is gone; it is checked when it is back. './waymark begin {}' writes "
                       "the starter.\n",
                       course_.shown(file), lesson_->number());
        std::fflush(stdout);
    }

    Next obey(char key) {
        switch (key) {
            case 'q':
                return Next::stop;
            case 'r':
                return Next::check;
            case 'n':
                lesson_ = &lesson_after(course_, *lesson_);
                return Next::other_lesson;
            case 'h':
                hint(course_, lesson_->name, 0);
                break;
            case 'l':
                list(course_, false);
                break;
            default:
                break;
        }
        std::fflush(stdout);
        return Next::wait;
    }

    const Course& course_;
    const Lesson* lesson_;
    daemon::SignalDescriptor signals_;
    KeyTerminal keys_;
    std::optional<FileWatch> watch_;
    std::vector<fs::path> missing_;
};

}  // namespace

int watch(const Course& course, const std::string& name) {
    const Lesson& lesson = course.lesson(name);
    return Watcher(course, lesson).run();
}

}  // namespace waymark::course
