// What GitHub reads. A workflow command is a line "::error file=F,line=1,title=T::MESSAGE"; in a
// message %, CR and LF are written %25, %0D and %0A, in a property : and , as %3A and %2C as well.
// GitHub shows ten annotations of a step; all of them are in its log.

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lessons/course/grade_format.hh"

namespace waymark::course {

namespace {

using nlohmann::ordered_json;

std::string message(std::string_view text) {
    std::string result;
    for (const char character : text) {
        if (character == '%' || character == '\r' || character == '\n')
            result += fmt::format("%{:02X}", static_cast<unsigned char>(character));
        else
            result += character;
    }
    return result;
}

std::string property(std::string_view text) {
    std::string result;
    for (const char character : message(text)) {
        if (character == ':' || character == ',')
            result += fmt::format("%{:02X}", static_cast<unsigned char>(character));
        else
            result += character;
    }
    return result;
}

bool is_bad(const GradedCase& one) {
    return one.mark == Mark::failed || one.mark == Mark::broken;
}

std::string annotation(const GradedLesson& lesson, const GradedCase& one) {
    std::string place;
    if (!one.file.empty()) place = "file=" + property(one.file) + ",";
    if (!one.file.empty() && one.line > 0) place += fmt::format("line={},", one.line);
    return fmt::format("::error {}title={}::{}\n", place, property(lesson.name + ": " + one.name),
                       message(one.reason + (one.story.empty() ? "" : "\n" + one.story)));
}

// A cell of a table: what would end it or begin markup is taken away.
std::string cell(std::string_view text) {
    std::string result;
    for (const char character : text) {
        if (character == '|' || character == '<' || character == '`' || character == '\\')
            result += fmt::format("&#{};", static_cast<int>(character));
        else
            result += character == '\n' ? ' ' : character;
    }
    return result;
}

}  // namespace

std::string as_github(const Grade& grade) {
    std::string lines;
    for (const GradedLesson& lesson : grade.lessons) {
        if (lesson.reason.empty()) {
            for (const GradedCase& one : lesson.cases)
                if (is_bad(one)) lines += annotation(lesson, one);
        } else {  // one reason for all of them is one annotation
            GradedCase whole = lesson.cases.front();
            whole.name = "no case was run";
            whole.story = lesson.story;
            lines += annotation(lesson, whole);
        }
        if (!lesson.forfeited.empty())
            lines += fmt::format("::error title={}::{}\n", property(lesson.name + ": no points"),
                                 message("a case that must pass does not: " + lesson.forfeited));
    }
    return lines + fmt::format("::notice title=Waymark::{} of {} points\n", grade.points(),
                               grade.most_points());
}

std::string as_github_summary(const Grade& grade) {
    std::string text = "| lesson | points | of | not yet |\n| --- | --: | --: | --- |\n";
    for (const GradedLesson& lesson : grade.lessons) {
        std::string open = cell(lesson.reason);
        if (!lesson.forfeited.empty()) open = cell("must pass: " + lesson.forfeited);
        for (const GradedCase& one : lesson.cases)
            if (lesson.reason.empty() && is_bad(one))
                open += (open.empty() ? "" : "; ") + cell(one.name) + " (" + cell(one.reason) + ")";
        text += fmt::format("| {} | {} | {} | {} |\n", cell(lesson.name), lesson.points(),
                            lesson.most_points(), open);
    }
    return text;
}

std::string as_github_output(const Grade& grade) {
    ordered_json tests = ordered_json::array();
    for (const GradedLesson& lesson : grade.lessons)
        for (const GradedCase& one : lesson.cases)
            if (one.mark != Mark::skipped)
                tests.push_back({{"name", lesson.name + ": " + one.name},
                                 {"status", one.mark == Mark::passed   ? "pass"
                                            : one.mark == Mark::failed ? "fail"
                                                                       : "error"},
                                 {"score", lesson.points_of(one)},
                                 {"message", one.reason},
                                 {"test_code", ""},
                                 {"filename", one.file},
                                 {"line_no", one.line},
                                 {"execution_time", fmt::format("{}ms", one.time.count())}});
    const ordered_json whole = {{"version", 1},
                                {"status", grade.points() == grade.most_points() ? "pass" : "fail"},
                                {"max_score", grade.most_points()},
                                {"tests", tests}};
    return "result=" + base64(whole.dump(-1, ' ', false, ordered_json::error_handler_t::replace)) +
           "\n";
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t place = 0; place < bytes.size(); place += 3) {
        const std::string_view three = bytes.substr(place, 3);
        std::uint32_t bits = 0;
        for (std::size_t index = 0; index < 3; ++index)
            bits = (bits << 8U) |
                   (index < three.size() ? static_cast<unsigned char>(three[index]) : 0U);
        for (std::size_t index = 0; index < 4; ++index)
            text += index <= three.size() ? kLetters[(bits >> (18U - 6U * index)) & 0x3fU] : '=';
    }
    return text;
}

}  // namespace waymark::course
