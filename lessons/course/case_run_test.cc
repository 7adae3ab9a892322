#include "lessons/course/case_run.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "daemon/error.hh"
#include "lessons/course/process_tree.hh"

using waymark::course::CaseOutcome;
using waymark::course::CaseResult;
using waymark::course::descendants_of;
using waymark::course::list_cases;
using waymark::course::outcome_name;
using waymark::course::run_case;

namespace {

constexpr std::chrono::seconds kPatient{60};

CaseResult run(const std::string& name, std::chrono::milliseconds limit = kPatient) {
    CaseResult result = run_case({PLANTED_CHECK, name, "lessons/course/testing/", limit});
    CHECK(result.name == name);
    CHECK_MESSAGE(descendants_of(::getpid()).empty(), "a case leaves no process");
    return result;
}

// Whether exactly this was left: one thing of that kind.
void check_left(const std::string& name, const std::string& kind) {
    const CaseResult result = run(name);
    CHECK(outcome_name(result.outcome) == "untidy");
    REQUIRE(result.left.size() == 1);
    CHECK(result.left.front().kind == kind);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// What was changed, in words.
std::vector<std::string> changed_by(const std::string& name) {
    const CaseResult result = run(name);
    CHECK(result.outcome == CaseOutcome::untidy);
    std::vector<std::string> words;
    for (const CaseResult::Left& left : result.left) {
        CHECK(left.kind == "changed");
        words.push_back(left.what);
    }
    return words;
}

}  // namespace

TEST_CASE("the cases of a check are listed in order") {
    const std::vector<std::string> names = list_cases(PLANTED_CHECK);
    CHECK(names.front() == "passes");
    CHECK(names.size() == 46);
    CHECK_THROWS_AS(list_cases("/bin/false"), waymark::daemon::UsageError);
}

TEST_CASE("a right case passes and leaves nothing") {
    const CaseResult result = run("passes");
    CHECK(outcome_name(result.outcome) == "passed");
    CHECK(result.steps == std::vector<std::string>{"do what is right"});
    CHECK(result.left.empty());
}

TEST_CASE("a failure says what was expected and seen at which step and the likely reason") {
    const CaseResult result = run("fails");
    CHECK(outcome_name(result.outcome) == "failed");
    CHECK(result.steps == std::vector<std::string>{"go well", "go wrong"});
    REQUIRE(result.failure);
    CHECK(result.failure->what == "the line");
    CHECK(result.failure->expected == "\"b\\n\"");
    CHECK(result.failure->seen == "\"a\\r\\n\"");
    CHECK(result.advice.misconception == "a planted mistake");
}

TEST_CASE("an exception that leaves the case is a failure with its words") {
    const CaseResult result = run("throws");
    CHECK(outcome_name(result.outcome) == "failed");
    REQUIRE(result.failure);
    CHECK(contains(result.failure->seen, "thrown on purpose"));
}

TEST_CASE("what was changed in the process is told, also where it was made usual") {
    CHECK(changed_by("ignores a signal") ==
          std::vector<std::string>{"SIGHUP is ignored, and was at its default"});
    CHECK(changed_by("writes a variable") ==
          std::vector<std::string>{
              "the variable WAYMARK_OF_THE_CALLER is 'of the called', and was 'kept'",
              "the variable WAYMARK_OF_THE_CALLED is new: 'new'"});
    const std::vector<std::string> mask = changed_by("empties the mask");
    REQUIRE(mask.size() == 1);
    CHECK_MESSAGE(contains(mask.front(), " is open, and was blocked"), mask.front());
}

TEST_CASE("what is left behind is named by its kind") {
    check_left("leaves a zombie", "zombie");
    check_left("leaves an orphan", "orphan");
    check_left("leaves an orphan that nobody sees as a child", "orphan");
    check_left("leaves a descriptor", "descriptor");
    check_left("leaves a file", "file");
    check_left("leaves a thread", "thread");
}

TEST_CASE("a crash is told in plain words with its line") {
    const CaseResult null = run("follows a null pointer");
    CHECK(outcome_name(null.outcome) == "crashed");
    REQUIRE(null.finding);
    CHECK(contains(null.finding->words, "null pointer"));
    CHECK(contains(null.finding->place, "planted_check.cpp:"));
    CHECK(null.advice.misconception == "a planted mistake");
#ifdef __SANITIZE_ADDRESS__
    const CaseResult freed = run("uses freed memory");
    CHECK(outcome_name(freed.outcome) == "crashed");
    REQUIRE(freed.finding);
    CHECK(freed.finding->words == "the program used memory after it was freed");
    const CaseResult leak = run("leaks memory");
    CHECK(outcome_name(leak.outcome) == "crashed");
    REQUIRE(leak.finding);
    CHECK(leak.finding->words == "memory was allocated and never freed");
#else
    MESSAGE("SKIP: freed memory and leaks: only the address sanitizer sees them");
#endif
    const CaseResult parent = run("ends its parent");
    CHECK(outcome_name(parent.outcome) == "failed");
    REQUIRE(parent.failure);
    CHECK(contains(parent.failure->seen, "getppid()"));
    CHECK(parent.left.empty());
    const CaseResult killed = run("is killed");
    CHECK(outcome_name(killed.outcome) == "crashed");
    CHECK(killed.ending == "killed by signal 9 (Killed)");
    const CaseResult thrown = run("throws in a thread");
    CHECK(outcome_name(thrown.outcome) == "crashed");
    REQUIRE(thrown.finding);
    CHECK(contains(thrown.finding->words, "nobody caught it"));
    CHECK(contains(thrown.finding->detail, "nobody catches this"));
}

TEST_CASE("a hang says what it waits for and takes its children along") {
    const CaseResult result = run("hangs in read", std::chrono::seconds(2));
    CHECK(outcome_name(result.outcome) == "hung");
    REQUIRE(result.waits.size() == 1);
    CHECK_MESSAGE(contains(result.waits.front(), "waits in read on descriptor"),
                  result.waits.front());
    CHECK(contains(result.waits.front(), "pipe:["));
    CHECK(result.advice.misconception == "a planted mistake");
    CHECK_MESSAGE(result.or_else.empty(), "what is said three times in advance is told once");
    const CaseResult family = run("hangs and holds children", std::chrono::seconds(2));
    CHECK(outcome_name(family.outcome) == "hung");
    CHECK(family.waits.size() == 2);
}

TEST_CASE("a hang of threads shows each one with what it waits for and its line") {
    const CaseResult result = run("hangs in two threads");
    CHECK(outcome_name(result.outcome) == "hung");
    REQUIRE(result.waits.size() == 2);
    for (const std::string& line : result.waits) {
        CHECK_MESSAGE(contains(line, "waits in a lock or condition variable"), line);
#ifdef __SANITIZE_ADDRESS__
        CHECK_MESSAGE(contains(line, "your line: planted_check.cpp:"), line);
#endif
    }
    CHECK(contains(result.waits.back(), "(other)"));
    CHECK(result.advice.misconception == "a planted mistake");
    CHECK_FALSE(contains(result.printed, "waymark: stack"));
}

TEST_CASE("a stopped process is stopped") {
    const CaseResult stopped = run("is stopped");
    CHECK(outcome_name(stopped.outcome) == "hung");
    REQUIRE(stopped.waits.size() == 1);
    CHECK(contains(stopped.waits.front(), "is stopped"));
    CHECK(stopped.advice.misconception == "a process that is stopped");
}

TEST_CASE("processor time beyond what the case may use is a failure") {
    const CaseResult result = run("uses too much");
    CHECK(outcome_name(result.outcome) == "failed");
    CHECK(result.processor_time > std::chrono::milliseconds(10));
    CHECK(result.advice.misconception == "a loop that does not wait");
}

TEST_CASE("who may use so much of the processor has the time to use it, beyond the limit") {
    std::chrono::milliseconds limit{100};
    CaseResult result;
    // On a busy machine the limit can be over before the case has begun and told what it may use.
    do {
        limit *= 2;
        ::setenv("WAYMARK_COUNT_FOR_MS", std::to_string((2 * limit).count()).c_str(), 1);
        result = run("uses what it may", limit);
    } while (result.steps.empty() && limit < kPatient);
    CHECK(outcome_name(result.outcome) == "passed");
    CHECK(result.time > limit);
}

TEST_CASE("what the check has used for its own looking is not the learner's") {
    const CaseResult result = run("uses much for the check's own looking");
    CHECK(outcome_name(result.outcome) == "passed");
}

TEST_CASE("two causes are two and none is none") {
    const CaseResult two = run("fails in two ways");
    CHECK(two.advice.misconception == "a planted mistake");
    REQUIRE(two.or_else.size() == 1);
    CHECK(two.or_else.front().misconception == "another planted mistake");
    const CaseResult none = run("fails in no known way");
    CHECK(outcome_name(none.outcome) == "failed");
    CHECK(none.advice.misconception.empty());
}

#ifdef __SANITIZE_ADDRESS__
TEST_CASE("the report of another process of the case goes before what the step had guessed") {
    const CaseResult result = run("fails because a child has crashed");
    CHECK(outcome_name(result.outcome) == "failed");
    REQUIRE(result.finding);
    CHECK(contains(result.finding->words, "null pointer"));
    CHECK(result.advice.misconception != "a planted mistake");
    const CaseResult known = run("fails because a child has crashed in a way that is known");
    CHECK(known.advice.misconception == "a planted null pointer");
}
#endif

TEST_CASE("fifty orphans are one line") {
    const CaseResult result = run("leaves fifty orphans");
    REQUIRE(result.left.size() == 1);
    CHECK_MESSAGE(contains(result.left.front().what, "50 processes ("), result.left.front().what);
}

TEST_CASE("where nothing moves any more the limit is not waited for, and slowness is no hang") {
    constexpr std::chrono::seconds kLong(120);
    for (const char* name : {"hangs in read", "hangs and holds children"}) {
        const CaseResult still = run(name, kLong);
        CHECK(outcome_name(still.outcome) == "hung");
        CHECK(still.time < kLong);
    }
    CHECK(outcome_name(run("is slow", kLong).outcome) == "passed");
}

TEST_CASE(
    "a loop is ended for what it uses, also while it prints, and its limit is not waited for") {
    constexpr std::chrono::seconds kLong(120);
    for (const char* name : {"spins", "spins and prints", "spins in children"}) {
        const CaseResult spins = run(name, kLong);
        CHECK(outcome_name(spins.outcome) == "hung");
        CHECK(spins.time < kLong);
        CHECK(spins.advice.misconception == "a loop that does not wait");
    }
}

TEST_CASE("a program that ends in the middle of a case has not passed it") {
    CHECK(outcome_name(run("ends the program").outcome) == "quit");
}

TEST_CASE("a child that comes back into its parent's code is caught") {
    const CaseResult result = run("falls through");
    CHECK(outcome_name(result.outcome) == "failed");
    CHECK(result.advice.misconception == "child falling through");
}

TEST_CASE("kill of everybody is refused and told") {
    const CaseResult result = run("signals everybody");
    CHECK(outcome_name(result.outcome) == "failed");
    REQUIRE(result.failure);
    CHECK(contains(result.failure->seen, "every process"));
}

TEST_CASE("a skipped case says why") {
    const CaseResult result = run("is skipped");
    CHECK(outcome_name(result.outcome) == "skipped");
    CHECK(result.skipped_because == "needs what is not there");
}

TEST_CASE("what the program prints is bounded and is no verdict") {
    const CaseResult result = run("prints much");
    CHECK(outcome_name(result.outcome) == "failed");
    CHECK(result.printed.size() == 64U * 1024);
}

TEST_CASE("planned faults come as planned") {
    for (const char* name :
         {"faults come as planned and as often", "a fast clock jumps from event to event",
          "time goes as planned", "a sleeper is told from a loop",
          "a core is told of where there is none", "a program without input opens number 0 next",
          "another limit of descriptors is for a while"}) {
        const CaseResult result = run(name);
        const std::string reason =
            result.failure ? result.failure->what + result.failure->seen : "";
        const std::string left = result.left.empty() ? "" : result.left.front().what;
        CHECK_MESSAGE(result.passed(), std::string(name), ": ", outcome_name(result.outcome),
                      reason, left);
    }
}
