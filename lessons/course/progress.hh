// How far a learner is, in work/progress.txt: one line a lesson, plain text, made to be committed
// and read by people and by diff. It says what the last check said. Who breaks their file later has
// still passed once, and the line keeps that day; but what fails is not called passed.
//
//     01-processes passed 2026-03-01 12/12
//     02-threads   begun  2026-03-02 3/9
//     03-workers   broken 2026-03-05 7/24
//
// Lines that it does not understand are kept as they are.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::course {

struct LessonProgress {
    bool passed = false;       // by the last check
    bool passed_once = false;  // by that or an earlier one
    std::string date;          // of the day it was first passed, or of the last check
    std::size_t right = 0;
    std::size_t in_all = 0;
};

class Progress {
  public:
    explicit Progress(std::filesystem::path file) : file_(std::move(file)) {}

    // Nothing if the lesson was not begun. Throws std::system_error.
    std::optional<LessonProgress> of(std::string_view lesson) const;
    // What the last check said. That the lesson was passed before is kept.
    void note(std::string_view lesson, LessonProgress progress) const;

  private:
    std::string text() const;
    std::filesystem::path file_;
};

// Today, as 2026-03-01, in local time.
std::string today();

}  // namespace waymark::course
