// Whether "passed" can be had without passing.

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "lessons/course/case_run.hh"

using waymark::course::CaseOutcome;
using waymark::course::CaseResult;
using waymark::course::outcome_name;
using waymark::course::run_case;

namespace {

CaseResult forge(const std::string& way, const std::string& name = "fails") {
    ::setenv("WAYMARK_FORGE", way.c_str(), 1);
    CaseResult result =
        run_case({FORGING_CHECK, name, "lessons/course/testing/", std::chrono::seconds(60)});
    ::unsetenv("WAYMARK_FORGE");
    return result;
}

}  // namespace

TEST_CASE("the check that forges is believed where it is honest") {
    CHECK(outcome_name(forge("nothing").outcome) == "failed");
    CHECK(outcome_name(forge("nothing", "a case that passes").outcome) == "passed");
}

TEST_CASE("a program that writes where the check speaks has not passed, and is told so") {
    const CaseResult result = forge("every descriptor");
    CHECK(outcome_name(result.outcome) == "quit");
    CHECK(result.advice.misconception == "a result that was not the check's");
}

TEST_CASE("a program that says passed in the check's name has not passed") {
    for (const char* way :
         {"the named descriptor", "/proc/self/environ", "/proc/self/fd", "the check once more",
          "a case of its own", "the check's functions", "the way out", "the end of the runner"}) {
        const CaseResult result = forge(way);
        CHECK_MESSAGE(outcome_name(result.outcome) != "passed", way);
        CHECK_MESSAGE(outcome_name(result.outcome) != "skipped", way);
    }
}

TEST_CASE("the runner is closed to the program that it runs") {
    const CaseResult result = forge("the runner's memory");
    CHECK_MESSAGE(result.printed.find("got in") == std::string::npos, result.printed);
}

TEST_CASE("the program cannot end the runner") {
    const CaseResult result = forge("the end of the runner");
    CHECK(outcome_name(result.outcome) == "failed");
    REQUIRE(result.failure);
    CHECK(result.failure->seen.find("the runner") != std::string::npos);
}
