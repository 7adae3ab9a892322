#include "lessons/course/case_text.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::course::case_as_text;
using waymark::course::case_from_text;
using waymark::course::CaseOutcome;
using waymark::course::CaseResult;
using waymark::course::Finding;

namespace {

CaseResult with_everything() {
    CaseResult result;
    result.name = "a case";
    result.outcome = CaseOutcome::untidy;
    result.steps = {"first\nwith \"marks\"", "second"};
    result.failure = {"what", "expected", "seen"};
    result.finding = Finding{"words", "a.cc:7, in f()", "detail", "cause", "because", "read", true};
    result.ending = "exit status 3";
    result.waits = {"thread 1 sleeps"};
    result.left = {{"zombie", "process 7"}};
    result.advice = {"misconception", "why", "where"};
    result.or_else = {{"another", "its why", "its where"}};
    result.skipped_because = "no root";
    result.printed = "printed";
    result.time = std::chrono::milliseconds(12);
    result.processor_time = std::chrono::milliseconds(34);
    return result;
}

}  // namespace

TEST_CASE("all of it comes back") {
    const CaseResult result = case_from_text(case_as_text(with_everything()));
    CHECK(result.name == "a case");
    CHECK(result.outcome == CaseOutcome::untidy);
    CHECK(result.steps == std::vector<std::string>{"first\nwith \"marks\"", "second"});
    REQUIRE(result.failure);
    CHECK(result.failure->what + result.failure->expected + result.failure->seen ==
          "whatexpectedseen");
    REQUIRE(result.finding);
    CHECK(result.finding->words == "words");
    CHECK(result.finding->place == "a.cc:7, in f()");
    CHECK(result.finding->detail == "detail");
    CHECK(result.finding->cause + result.finding->because + result.finding->read ==
          "causebecauseread");
    CHECK(result.finding->stops);
    CHECK(result.ending == "exit status 3");
    CHECK(result.waits == std::vector<std::string>{"thread 1 sleeps"});
    REQUIRE(result.left.size() == 1);
    CHECK(result.left.front().kind + result.left.front().what == "zombieprocess 7");
    CHECK(result.advice.misconception + result.advice.because + result.advice.read ==
          "misconceptionwhywhere");
    REQUIRE(result.or_else.size() == 1);
    CHECK(result.or_else.front().misconception == "another");
    CHECK(result.skipped_because == "no root");
    CHECK(result.printed == "printed");
    CHECK(result.time.count() == 12);
    CHECK(result.processor_time.count() == 34);
    CHECK(case_as_text(result) == case_as_text(with_everything()));
}

TEST_CASE("what was never said stays unsaid, and bytes that are no text hurt nobody") {
    CaseResult result;
    result.printed = "\xff|\n\x01";
    const CaseResult back = case_from_text(case_as_text(result));
    CHECK(back.passed());
    CHECK_FALSE(back.failure);
    CHECK_FALSE(back.finding);
    CHECK(back.printed == "\xef\xbf\xbd|\n\x01");
}
