// How far a learner is, in work/progress.txt: one line a lesson, plain text, made to be committed
// and read by people and by diff. It says what the last check said and never takes a passed lesson
// back: who breaks their file later has still passed once.
//
//     01-processes passed 2026-03-01 12/12
//     02-threads   begun  2026-03-02 3/9
//
// Lines that it does not understand are kept as they are.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::course {

struct LessonProgress {
    bool passed = false;
    std::string date;  // of the day it was passed, or of the last check
    std::size_t right = 0;
    std::size_t in_all = 0;
};

class Progress {
  public:
    explicit Progress(std::filesystem::path file) : file_(std::move(file)) {}

    // Nothing if the lesson was not begun. Throws std::system_error.
    std::optional<LessonProgress> of(std::string_view lesson) const;
    void note(std::string_view lesson, const LessonProgress& progress) const;

  private:
    std::string text() const;
    std::filesystem::path file_;
};

// Today, as 2026-03-01, in local time.
std::string today();

}  // namespace waymark::course
