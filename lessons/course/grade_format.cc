#include "lessons/course/grade_format.hh"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace waymark::course {

namespace {

// Keeps the order in which it was written, so that people can read it too.
using nlohmann::ordered_json;

double seconds(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

const char* mark_name(Mark mark) {
    switch (mark) {
        case Mark::passed:
            return "passed";
        case Mark::failed:
            return "failed";
        case Mark::skipped:
            return "skipped";
        default:
            return "broken";
    }
}

std::string dump(const ordered_json& value, int indent) {
    return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

std::string because(const GradedLesson& lesson) {
    if (!lesson.reason.empty()) return ": " + lesson.reason;
    if (lesson.forfeited.empty()) return "";
    return fmt::format(": a case that must pass does not: {}", lesson.forfeited);
}

// What stands under a case: its own story, or the reason of all, which is told once elsewhere.
const std::string& words_of(const GradedCase& one) {
    return one.story.empty() ? one.reason : one.story;
}

std::string summary_of(const Grade& grade) {
    std::string text;
    for (const GradedLesson& lesson : grade.lessons)
        text +=
            fmt::format("{} {}: {} of {} points{}\n{}{}", lesson.name.substr(0, 2), lesson.title,
                        lesson.points(), lesson.most_points(), because(lesson), lesson.story,
                        lesson.story.empty() || lesson.story.ends_with('\n') ? "" : "\n");
    return text;
}

}  // namespace

std::string as_gradescope(const Grade& grade) {
    ordered_json tests = ordered_json::array();
    for (const GradedLesson& lesson : grade.lessons) {
        for (const GradedCase& one : lesson.cases) {
            const bool counts = one.mark != Mark::skipped;
            const std::size_t number = tests.size() + 1;
            tests.push_back({{"number", std::to_string(number)},
                             {"name", lesson.name + ": " + one.name},
                             {"score", lesson.points_of(one)},
                             {"max_score", most_points_of(one)},
                             {"status", one.mark == Mark::passed || !counts ? "passed" : "failed"},
                             {"output", words_of(one)},
                             {"output_format", "text"},
                             {"tags", {lesson.name}},
                             {"visibility", "visible"}});
        }
    }
    const ordered_json whole = {{"score", grade.points()},
                                {"execution_time", seconds(grade.time())},
                                {"output", summary_of(grade)},
                                {"output_format", "text"},
                                {"test_output_format", "text"},
                                {"test_name_format", "text"},
                                {"visibility", "visible"},
                                {"stdout_visibility", "hidden"},
                                {"tests", tests}};
    return dump(whole, 2) + "\n";
}

std::string as_autolab(const Grade& grade) {
    std::string words;
    ordered_json scores = ordered_json::object();
    ordered_json table = {{"_presentation", "semantic"}, {"stages", ordered_json::array()}};
    for (const GradedLesson& lesson : grade.lessons) {
        words += fmt::format("{}: {} of {} points{}\n{}{}", lesson.name, lesson.points(),
                             lesson.most_points(), because(lesson), lesson.story,
                             lesson.story.empty() || lesson.story.ends_with('\n') ? "" : "\n");
        ordered_json& rows = table[lesson.name] = ordered_json::object();
        for (const GradedCase& one : lesson.cases) {
            const bool good = one.mark == Mark::passed || one.mark == Mark::skipped;
            words += fmt::format("  {}  {}\n{}",
                                 one.mark == Mark::skipped ? "skip"
                                 : good                    ? "ok  "
                                                           : "FAIL",
                                 one.name, one.story);
            rows[one.name] = {{"passed", good}};
            if (!one.reason.empty()) rows[one.name]["hint"] = one.reason;
        }
        table["stages"].push_back(lesson.name);
        scores[lesson.name] = lesson.points();
    }
    if (!words.ends_with('\n')) words += '\n';
    return words + dump(table, -1) + "\n" + dump({{"scores", scores}}, -1) + "\n";
}

std::string as_json(const Grade& grade) {
    ordered_json lessons = ordered_json::array();
    for (const GradedLesson& lesson : grade.lessons) {
        ordered_json cases = ordered_json::array();
        for (const GradedCase& one : lesson.cases)
            cases.push_back({{"name", one.name},
                             {"mark", mark_name(one.mark)},
                             {"reason", one.reason},
                             {"story", one.story},
                             {"file", one.file},
                             {"line", one.line},
                             {"points", lesson.points_of(one)},
                             {"most_points", most_points_of(one)},
                             {"milliseconds", one.time.count()}});
        lessons.push_back({{"lesson", lesson.name},
                           {"reason", lesson.reason},
                           {"story", lesson.story},
                           {"forfeited", lesson.forfeited},
                           {"points", lesson.points()},
                           {"most_points", lesson.most_points()},
                           {"cases", cases}});
    }
    return dump({{"points", grade.points()},
                 {"most_points", grade.most_points()},
                 {"seconds", seconds(grade.time())},
                 {"lessons", lessons}},
                2) +
           "\n";
}

std::string grade_text(const Grade& grade, GradeFormat format) {
    switch (format) {
        case GradeFormat::gradescope:
            return as_gradescope(grade);
        case GradeFormat::junit:
            return as_junit(grade);
        case GradeFormat::github:
            return as_github(grade);
        case GradeFormat::autolab:
            return as_autolab(grade);
        default:
            return as_json(grade);
    }
}

}  // namespace waymark::course
