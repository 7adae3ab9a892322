// What a lesson still lacks. A lesson has many parts, and each of them is easy to forget: this
// looks at all of them and names what is not there, with its file. It reads; it builds and runs
// nothing (that the mutants are rejected is proved elsewhere). What it looked at is counted,
// because a lint that found nothing to look at finds nothing wrong.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/course/lesson.hh"

namespace waymark::course {

class Lint {
  public:
    // `root` is the checkout.
    Lint(std::filesystem::path root, const Lesson& lesson)
        : root_(std::move(root)), lesson_(lesson) {}

    // Looks at everything. Throws std::system_error for a file that cannot be read.
    void run();

    const std::vector<std::string>& problems() const { return problems_; }
    std::size_t looked_at() const { return looked_at_; }

  private:
    // Counts one thing looked at; notes "FILE: problem" if it is not right. Gives `right`.
    bool expect(bool right, const std::filesystem::path& file, std::string_view problem);
    // The text of a file, or nothing, noted.
    std::string text_of(const std::filesystem::path& file);

    // lint.cc
    void manifest();
    void demos();
    void demo(const Demo& demo, std::size_t number);
    void deck();
    void build_files();
    void placeholders();
    void still_to_write(const std::filesystem::path& file, const std::string& text);
    // lint_text.cc
    void readme();
    void sections();
    void questions(const std::string& text);
    void links();
    void pictures();
    // lint_programs.cc
    void exercise();
    void check();
    void bodies(const char* folder, std::size_t least, std::vector<std::string_view> head);
    // That the patch fits the exercise's region of the source that its first line names.
    void patch(const std::filesystem::path& file, const std::string& source_line);
    void head_line(const std::filesystem::path& file, const std::string& line,
                   std::string_view key);

    std::filesystem::path root_;
    const Lesson& lesson_;
    std::vector<std::string> problems_;
    std::size_t looked_at_ = 0;
    std::vector<std::string> literals_;  // of the check
};

// What the scaffold of a new lesson leaves to be written, and nothing else says.
inline constexpr std::string_view kStillToWrite = "<write: ";

}  // namespace waymark::course
