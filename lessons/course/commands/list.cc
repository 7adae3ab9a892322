// The table of lessons, for people (80 columns) and as JSON.

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lessons/course/commands/commands.hh"

namespace waymark::course {

namespace {

struct Row {
    const Lesson& lesson;
    std::optional<LessonProgress> progress;
    bool begun;
};

std::vector<Row> rows_of(const Course& course) {
    std::vector<Row> rows;
    for (const Lesson& lesson : course.lessons())
        rows.push_back(
            {lesson, course.progress().of(lesson.name), course.workspace().begun(lesson)});
    return rows;
}

bool passed(const Row& row) {
    return row.progress && row.progress->passed;
}

std::string state_of(const Row& row) {
    if (passed(row)) return "passed";
    if (row.progress && row.progress->passed_once) return "broken";
    if (row.progress) return fmt::format("{}/{}", row.progress->right, row.progress->in_all);
    return row.begun ? "begun" : "";
}

std::string colored(const Style& style, const Row& row) {
    const std::string text = fmt::format("{:<7}", state_of(row));
    if (passed(row)) return style.good(text);
    return row.begun ? style.warn(text) : text;
}

void print_where_next(const Course& course, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        if (passed(row)) continue;
        const std::string number = row.lesson.number();
        if (row.begun)
            fmt::print("Next: ./waymark check {} (you are in {}{})\n", number,
                       course.shown(course.workspace().folder(row.lesson)),
                       row.progress && row.progress->passed_once ? "; it passed once" : "");
        else
            fmt::print("Next: read lessons/{}/README.md, then ./waymark begin {}\n",
                       row.lesson.name, number);
        return;
    }
    fmt::print("All passed. Next: ./waymark capstone\n");
}

void print_table(const Course& course, const std::vector<Row>& rows) {
    const Style& style = course.reporter().style;
    std::chrono::minutes all{0};
    std::size_t done = 0;
    for (const Row& row : rows) {
        const int room = course.reporter().width - 30;
        std::string question = row.lesson.question;
        if (static_cast<int>(question.size()) > room)
            question = question.substr(0, static_cast<std::size_t>(room - 3)) + "...";
        fmt::print("  {:<15} {} {:>3} min  {}\n", row.lesson.name, colored(style, row),
                   row.lesson.minutes().count(), question);
        all += row.lesson.minutes();
        done += passed(row) ? 1 : 0;
    }
    fmt::print("\n{} of {} lessons passed; {} hours in all.\n", done, rows.size(),
               (all.count() + 30) / 60);
}

}  // namespace

int list(const Course& course, bool json) {
    const std::vector<Row> rows = rows_of(course);
    if (!json) {
        print_table(course, rows);
        print_where_next(course, rows);
        return 0;
    }
    nlohmann::json lessons = nlohmann::json::array();
    for (const Row& row : rows)
        lessons.push_back({{"lesson", row.lesson.name},
                           {"title", row.lesson.title},
                           {"question", row.lesson.question},
                           {"minutes", row.lesson.minutes().count()},
                           {"begun", row.begun},
                           {"passed", passed(row)},
                           {"passed_once", row.progress && row.progress->passed_once},
                           {"cases_right", row.progress ? row.progress->right : 0},
                           {"cases_in_all", row.progress ? row.progress->in_all : 0}});
    fmt::print("{}\n", lessons.dump(2));
    return 0;
}

}  // namespace waymark::course
