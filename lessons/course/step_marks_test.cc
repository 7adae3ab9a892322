#include "lessons/course/step_marks.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::course;

namespace {

StepLines steps_of(std::string_view text) {
    StepReader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        reader.read(text.substr(0, end), number);
        text.remove_prefix(end + 1);
    }
    return reader.finish();
}

std::string refusal_of(std::string_view text) {
    try {
        steps_of(text);
    } catch (const StepError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a mark is of its line, or of all lines from its beginning to its end") {
    CHECK(steps_of("a;  //@ 1\nb;\nc;  //@ 2\n") == StepLines{{1, {1}}, {2, {3}}});
    CHECK(steps_of("a;  //@ 1..\nb;\nc;  //@ ..1\nd;\n") == StepLines{{1, {1, 2, 3}}});
    CHECK(steps_of("a;\n").empty());
}

TEST_CASE("a line belongs to several steps, and a step to several lines and ranges") {
    CHECK(steps_of("a;  //@ 1 2\nb;  //@ 1\n") == StepLines{{1, {1, 2}}, {2, {1}}});
    CHECK(steps_of("a;  //@ 1..\nb;  //@ 2\nc;  //@ ..1 3..\nd;\ne;  //@ ..3 1\n") ==
          StepLines{{1, {1, 2, 3, 5}}, {2, {2}}, {3, {3, 4, 5}}});
}

TEST_CASE("who reads the code does not see the marks") {
    CHECK(without_step_mark("    a;  //@ 1..") == "    a;");
    CHECK(without_step_mark("a;  // why  //@ 2 ..3") == "a;  // why");
    CHECK(without_step_mark("//@ 1") == "");
    CHECK(without_step_marks("a;  //@ 1\n\nb;\n}  //@ ..2") == "a;\n\nb;\n}");
}

TEST_CASE("what only looks like a mark stays") {
    for (const std::string_view line :
         {"a;  //@ one", "a;  //@", "say(\"//@ 1\");", "a;  //@ 1 x"}) {
        CHECK(without_step_mark(line) == line);
        CHECK_FALSE(has_step_mark(line));
    }
}

TEST_CASE("marks that cannot be understood are refused with their line") {
    CHECK(refusal_of("a;\nb;  //@ two\n") ==
          "line 2: '//@ two' marks no step; write //@ 1, or //@ 1.. and //@ ..1");
    for (const std::string_view mark :
         {"//@ 0", "//@ -1", "//@ 1-2", "//@ ..1..", "//@ 1,2", "//@"})
        CHECK(refusal_of(std::string("a;  ").append(mark).append("\n")).find("marks no step") !=
              std::string::npos);
    CHECK(refusal_of("a;  //@ 1..\nb;\n") == "line 1: step 1 has no end (//@ ..1)");
    CHECK(refusal_of("a;\nb;  //@ ..2\n") == "line 2: step 2 ends and was not begun (//@ 2..)");
    CHECK(refusal_of("a;  //@ 1..\nb;  //@ 1..\n") ==
          "line 2: step 1 begins again before its end (//@ ..1)");
}
