// What is kept in the learner's folder: the starter, what was put aside, the progress.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "lessons/course/compiler_words.hh"
#include "lessons/course/progress.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/toolchain.hh"
#include "lessons/course/workspace.hh"

namespace fs = std::filesystem;
using namespace waymark::course;
using waymark::daemon::UsageError;

namespace {

// A checkout with one source and one lesson.
struct Checkout {
    Checkout() {
        lesson.name = "01-processes";
        lesson.folder = scratch.path() / "lessons/01-processes";
        lesson.sources = {"daemon/children.cc"};
        fs::create_directories(scratch.path() / "daemon");
        fs::create_directories(lesson.folder / "starter");
        write_file(scratch.path() / "daemon/children.cc",
                   "before\n//#region exercise-01\nsolution\n//#endregion exercise-01\nafter\n");
        write_file(lesson.folder / "starter/children.cc", "to be written\n");
    }
    ScratchFolder scratch;
    Lesson lesson;
    Workspace workspace{scratch.path(), scratch.path() / "work"};
};

}  // namespace

TEST_CASE("begin writes the starter once and never over what is there") {
    const Checkout checkout;
    const fs::path file = checkout.workspace.file(checkout.lesson, "daemon/children.cc");
    CHECK_FALSE(checkout.workspace.begun(checkout.lesson));
    CHECK(checkout.workspace.begin(checkout.lesson) == std::vector<fs::path>{file});
    CHECK(read_file(file) ==
          "before\n//#region exercise-01\nto be written\n//#endregion exercise-01\nafter\n");
    write_file(file, "mine\n");
    CHECK(checkout.workspace.begin(checkout.lesson).empty());
    CHECK(read_file(file) == "mine\n");
    CHECK(checkout.workspace.begun(checkout.lesson));
}

TEST_CASE("reset loses nothing, however often") {
    const Checkout checkout;
    const fs::path file = checkout.workspace.file(checkout.lesson, "daemon/children.cc");
    checkout.workspace.begin(checkout.lesson);
    write_file(file, "first\n");
    CHECK(read_file(checkout.workspace.reset(checkout.lesson).at(0)) == "first\n");
    write_file(file, "second\n");
    CHECK(read_file(checkout.workspace.reset(checkout.lesson).at(0)) == "second\n");
    CHECK(read_file(file.string() + ".1") == "first\n");
    CHECK(read_file(file).find("to be written") != std::string::npos);
}

TEST_CASE("the solution is the region of the library's source") {
    const Checkout checkout;
    CHECK(checkout.workspace.solution(checkout.lesson, "daemon/children.cc") == "solution\n");
    write_file(checkout.scratch.path() / "daemon/children.cc", "no region\n");
    CHECK_THROWS_AS(checkout.workspace.solution(checkout.lesson, "daemon/children.cc"), UsageError);
}

TEST_CASE("a lesson without a starter is refused") {
    const Checkout checkout;
    fs::remove(checkout.lesson.folder / "starter/children.cc");
    CHECK_THROWS_AS(checkout.workspace.begin(checkout.lesson), UsageError);
}

TEST_CASE("progress is noted, the day of the first pass is kept, and strange lines stay") {
    const ScratchFolder scratch;
    const fs::path file = scratch.path() / "work/progress.txt";
    const Progress progress(file);
    CHECK_FALSE(progress.of("01-processes"));
    progress.note("01-processes", {false, false, "2026-03-01", 3, 12});
    CHECK(progress.of("01-processes")->right == 3);
    std::ofstream(file, std::ios::app) << "a note of mine\n";
    progress.note("02-threads", {true, false, "2026-03-02", 9, 9});
    progress.note("01-processes", {true, false, "2026-03-03", 12, 12});
    progress.note("01-processes", {false, false, "2026-03-04", 1, 12});
    CHECK(read_file(file) ==
          "01-processes     broken 2026-03-03 1/12\na note of mine\n"
          "02-threads       passed 2026-03-02 9/9\n");
    CHECK_FALSE(progress.of("01-processes")->passed);
    CHECK(progress.of("01-processes")->passed_once);
    progress.note("01-processes", {true, false, "2026-03-05", 12, 12});
    CHECK(progress.of("01-processes")->date == "2026-03-03");
}

TEST_CASE("of the compiler's words the first problems are kept, with what shows them") {
    const std::string words =
        "a.cc: In function 'f':\n"
        "a.cc:3:5: error: one\n    3 | x\n      | ^\n      | more\n"
        "a.cc:4:5: warning: two\n    4 | y\n";
    CHECK(first_problems(words, 9) ==
          std::vector<std::string>{"a.cc:3:5: error: one\n    3 | x\n      | ^",
                                   "a.cc:4:5: warning: two\n    4 | y"});
    CHECK(first_problems(words, 1).size() == 1);
    CHECK(first_problems("", 3).empty());
    CHECK(first_problems("ld died\nof thirst\n", 3) == std::vector<std::string>{"ld died"});
}
