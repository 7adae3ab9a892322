// Lesson 05: the scope of a handler ends while another thread is in the handler, between any two of
// its instructions (single_step.hh).

#include <doctest/doctest.h>
#include <signal.h>

#include <optional>

#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"
#include "single_step.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

// Of two threads, one is in the handler of SIGUSR1; the other ends its scope, and makes a new one.
static SignalFlag* flag_of_both = nullptr;
static std::optional<ScopedSignalHandler> fleeting;

static void come_or_go(int) {
    static unsigned coin = 1;
    coin = coin * 1'103'515'245U + 12'345U;
    if ((coin & 0x10000U) == 0) return;
    if (fleeting)
        fleeting.reset();
    else
        fleeting.emplace(SIGUSR1, *flag_of_both);
}

TEST_CASE("a scope may end in the middle of its handler") {
    const SignalsAsFound as_found({SIGUSR1, SIGUSR2});
    constexpr int kTimes = 16;
    SignalFlag flag;
    flag_of_both = &flag;
    ::signal(SIGUSR1, [](int) {});  // where there is no scope
    ::signal(SIGUSR2, come_or_go);
    step("run the handler one instruction at a time; meanwhile its scope ends, and another begins");
    const auto raise_often = [] {
        for (int turn = 0; turn < kTimes; ++turn) ::raise(SIGUSR1);
    };
    const Stepped seen = step_through({.signal = SIGUSR2,
                                       .act = raise_often,
                                       .count = [] { return 0; },
                                       .most_steps = 2'000,
                                       .spare_libraries = true});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the other thread, which ends the scope", "comes to its end",
           "waits for something that the handler holds", kWork);
    expect_equal(seen.status, 0, "the wait status of the process", kLateHandler);
}
