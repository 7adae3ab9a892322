// `course`: the program behind `./waymark list`, `begin`, `check` and the other words that have to
// do with lessons. This file reads the command line; what the words do is in commands/.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <string>

#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "lessons/course/commands/choice.hh"
#include "lessons/course/commands/commands.hh"
#include "lessons/course/commands/teacher.hh"

namespace {

using namespace waymark;

struct CommandLine {
    course::Folders folders;
    course::ColorWish color = course::ColorWish::automatic;
    std::string lesson;
    std::function<int(const course::Course&)> command;
};

CLI::App* add_command(CLI::App& app, CommandLine& line, const char* name, const char* description,
                      std::function<int(const course::Course&)> command) {
    CLI::App* word = app.add_subcommand(name, description);
    word->callback([&line, command = std::move(command)] { line.command = command; });
    return word;
}

void add_folders(CLI::App& app, CommandLine& line) {
    app.add_option("--root", line.folders.root, "the checkout")->required()->group("");
    app.add_option("--work", line.folders.work,
                   "the learner's folder; work/ in the checkout if not given")
        ->group("");
    app.add_option("--build", line.folders.build)->required()->group("");
    app.add_option("--build-address", line.folders.build_address)->required()->group("");
    app.add_option("--build-thread", line.folders.build_thread)->required()->group("");
    course::add_choice(app, "--color", line.color, "auto, always or never",
                       course::Choices<course::ColorWish>{{"auto", course::ColorWish::automatic},
                                                          {"always", course::ColorWish::always},
                                                          {"never", course::ColorWish::never}});
}

// A lesson is named by its number or its topic.
void add_lesson(CLI::App* word, CommandLine& line) {
    word->add_option("LESSON", line.lesson, "its number or topic: 01, 1, processes");
}

struct Flags {
    bool json = false;
    bool begun = false;
    bool anyway = false;
    bool built = false;
    int tier = 0;
};

void add_learner_commands(CLI::App& app, CommandLine& line, Flags& flags) {
    using course::Course;
    add_command(app, line, "list", "the lessons, how long they take, how far you are",
                [&](const Course& all) { return course::list(all, flags.json); })
        ->add_flag("--json", flags.json, "for tools");
    add_lesson(add_command(app, line, "begin", "writes the starter into work/",
                           [&](const Course& all) { return course::begin(all, line.lesson); }),
               line);
    CLI::App* check = add_command(
        app, line, "check", "says what is right and what is not yet", [&](const Course& all) {
            return flags.begun ? course::check_begun(all)
                               : course::check(all, line.lesson, flags.json);
        });
    add_lesson(check, line);
    CLI::Option* json = check->add_flag("--json", flags.json, "for tools");
    check->add_flag("--begun", flags.begun, "every lesson that was begun")
        ->excludes(json)
        ->excludes(check->get_option("LESSON"));
    add_lesson(add_command(app, line, "watch", "checks at every save",
                           [&](const Course& all) { return course::watch(all, line.lesson); }),
               line);
    CLI::App* hint =
        add_command(app, line, "hint", "a question, then a pointer, then nearly the answer",
                    [&](const Course& all) { return course::hint(all, line.lesson, flags.tier); });
    add_lesson(hint, line);
    hint->add_option("--tier", flags.tier, "1, 2 or 3 instead of the next");
    CLI::App* solution = add_command(
        app, line, "solution", "the library's own, when yours passes",
        [&](const Course& all) { return course::solution(all, line.lesson, flags.anyway); });
    add_lesson(solution, line);
    solution->add_flag("--anyway", flags.anyway, "also when yours does not pass yet");
    add_lesson(add_command(app, line, "reset", "puts your file aside and begins again",
                           [&](const Course& all) { return course::reset(all, line.lesson); }),
               line);
    CLI::App* prove = add_command(
        app, line, "prove", "for teachers: does the check reject every mutant?",
        [&](const Course& all) { return course::prove(all, line.lesson, flags.built); });
    add_lesson(prove, line);
    prove->add_flag("--built", flags.built)->group("");
    add_command(app, line, "demo", "runs a demo of a lesson, or lists them",
                [&](const Course& all) { return course::demo(all, line.lesson); })
        ->add_option("NAME", line.lesson, "01/1, or 01 for the list")
        ->required();
}

int run(int count, char** arguments) {
    CLI::App app("The course: lessons, exercises and their checks.", "waymark");
    app.require_subcommand(1);
    CommandLine line;
    Flags flags;
    add_folders(app, line);
    add_learner_commands(app, line, flags);
    course::add_teacher_commands(app, line.command);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        throw daemon::UsageError(std::string(error.what()) + ": see './waymark help'");
    }
    if (line.folders.work.empty()) line.folders.work = line.folders.root / "work";
    return line.command(course::Course(line.folders, line.color));
}

}  // namespace

int main(int count, char** arguments) {
    return waymark::daemon::run_main("waymark", [&] {
        waymark::daemon::open_standard_descriptors();
        return run(count, arguments);
    });
}
