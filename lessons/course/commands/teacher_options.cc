// The command line of the words for those who teach. CLI11 is slow to compile, so it is in this
// file and in main.cc, and nowhere else.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "daemon/error.hh"
#include "lessons/course/commands/choice.hh"
#include "lessons/course/commands/teacher.hh"

namespace waymark::course {

namespace {

CLI::App* add_word(CLI::App& app, Command& chosen, const char* name, const char* description,
                   Command command) {
    CLI::App* word = app.add_subcommand(name, description);
    word->callback([&chosen, command = std::move(command)] { chosen = command; });
    return word;
}

void add_grade(CLI::App& app, Command& chosen) {
    const auto wish = std::make_shared<GradeWish>();
    const auto all = std::make_shared<bool>(false);
    CLI::App* word =
        add_word(app, chosen, "grade", "writes a grade in the format of a collector",
                 [=](const Course& course) {
                     const int wishes = (wish->lesson.empty() ? 0 : 1) + (*all ? 1 : 0) +
                                        (wish->only_begun ? 1 : 0);
                     if (wishes != 1)
                         throw daemon::UsageError("grade needs a LESSON, --begun or --all");
                     return grade(course, *wish);
                 });
    word->add_option("LESSON", wish->lesson, "its number or topic");
    word->add_flag("--all", *all, "every lesson");
    word->add_flag("--begun", wish->only_begun, "every lesson that was begun");
    add_choice(*word, "--format", wish->format, "gradescope, junit, github, autolab or json",
               Choices<GradeFormat>{{"gradescope", GradeFormat::gradescope},
                                    {"junit", GradeFormat::junit},
                                    {"github", GradeFormat::github},
                                    {"autolab", GradeFormat::autolab},
                                    {"json", GradeFormat::json}});
    word->add_option("--output", wish->output, "a file; standard output if not given");
    word->add_option("--work", wish->submission, "what was handed in; work/ if not given");
}

void add_handout(CLI::App& app, Command& chosen) {
    const auto folder = std::make_shared<std::string>();
    const auto from = std::make_shared<std::string>();
    CLI::App* word =
        add_word(app, chosen, "handout", "a learner's copy of the checkout",
                 [=](const Course& course) { return hand_out(course, *folder, *from); });
    word->add_option("FOLDER", *folder, "a new folder outside the checkout")->required();
    word->add_option("--from", *from,
                     "the first lesson that is still to be solved; the first of all");
}

void add_capstone(CLI::App& app, Command& chosen) {
    const auto only_build = std::make_shared<bool>(false);
    CLI::App* word = add_word(app, chosen, "capstone", "the tracking server on your modules",
                              [=](const Course& course) { return capstone(course, *only_build); });
    word->add_flag("--no-tests", *only_build, "builds it, and says whose modules are in it");
}

void add_lesson(CLI::App& app, Command& chosen) {
    CLI::App* lesson =
        app.add_subcommand("lesson", "begins a lesson, or says what one still lacks");
    lesson->require_subcommand(1);
    const auto name = std::make_shared<std::string>();
    const auto sources = std::make_shared<std::vector<std::string>>();
    const auto exercise_only = std::make_shared<bool>(false);
    CLI::App* fresh = add_word(
        *lesson, chosen, "new", "a folder with everything that is to be written",
        [=](const Course& course) { return new_lesson(course, *name, *sources, *exercise_only); });
    fresh->add_option("NAME", *name, "NN-topic")->required();
    fresh->add_option("--source", *sources, "of the exercise: net/frame.cc; may be given again");
    fresh->add_flag("--exercise-only", *exercise_only, "no demos and no slides");
    CLI::App* lint = add_word(*lesson, chosen, "lint", "what the lessons still lack",
                              [=](const Course& course) { return lint_lessons(course, *name); });
    lint->add_option("LESSON", *name, "its number or topic; all of them if not given");
}

void add_doctor(CLI::App& app, Command& chosen) {
    const auto json = std::make_shared<bool>(false);
    add_word(app, chosen, "doctor", "what this machine has and lacks for the course",
             [=](const Course& course) { return doctor(course, *json); })
        ->add_flag("--json", *json, "for tools");
}

}  // namespace

void add_teacher_commands(CLI::App& app, Command& chosen) {
    add_grade(app, chosen);
    add_handout(app, chosen);
    add_lesson(app, chosen);
    add_capstone(app, chosen);
    add_doctor(app, chosen);
}

}  // namespace waymark::course
