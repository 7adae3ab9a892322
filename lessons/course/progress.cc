#include "lessons/course/progress.hh"

#include <fmt/core.h>

#include <ctime>
#include <sstream>

#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

std::optional<LessonProgress> parse(const std::string& line, std::string_view lesson) {
    std::istringstream words(line);
    std::string name;
    std::string state;
    LessonProgress progress;
    char slash = '\0';
    words >> name >> state >> progress.date >> progress.right >> slash >> progress.in_all;
    if (!words || slash != '/' || name != lesson) return std::nullopt;
    if (state != "passed" && state != "begun" && state != "broken") return std::nullopt;
    progress.passed = state == "passed";
    progress.passed_once = state != "begun";
    return progress;
}

std::string line_of(std::string_view lesson, const LessonProgress& progress) {
    const char* state = progress.passed        ? "passed"
                        : progress.passed_once ? "broken"
                                               : "begun";
    return fmt::format("{:<16} {:<6} {} {}/{}\n", lesson, state, progress.date, progress.right,
                       progress.in_all);
}

}  // namespace

std::string Progress::text() const {
    return std::filesystem::exists(file_) ? read_file(file_) : std::string();
}

std::optional<LessonProgress> Progress::of(std::string_view lesson) const {
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);)
        if (auto progress = parse(line, lesson)) return progress;
    return std::nullopt;
}

void Progress::note(std::string_view lesson, LessonProgress progress) const {
    progress.passed_once = progress.passed;
    std::istringstream lines(text());
    std::string result;
    bool written = false;
    for (std::string line; std::getline(lines, line);) {
        const std::optional<LessonProgress> before = parse(line, lesson);
        if (!before) {
            result += line + "\n";
            continue;
        }
        if (written) continue;
        if (before->passed_once) {
            progress.passed_once = true;
            progress.date = before->date;
        }
        result += line_of(lesson, progress);
        written = true;
    }
    if (!written) result += line_of(lesson, progress);
    std::filesystem::create_directories(file_.parent_path());
    write_file(file_, result);
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    char text[sizeof "2026-03-01"];
    std::strftime(text, sizeof text, "%Y-%m-%d", &local);
    return text;
}

}  // namespace waymark::course
