// Lesson 05: the scope of a handler ends while another thread is in the handler, between any two of
// its instructions (single_step.hh).

#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <optional>

#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/single_step.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

// Of two threads, one is in the handler of SIGUSR1; the other ends its scope, and makes a new one.
// At which instruction, is left to chance, which is the same in each run; but at the beginning of
// the handler there is a scope. The handler is called, not raised: that is fewer instructions.
static SignalFlag* flag_of_both = nullptr;
static std::optional<ScopedSignalHandler> fleeting;
static std::atomic<int> stays = 0;  // for so many instructions

static void come_or_go(int) {
    static unsigned coin = 1;
    coin = coin * 1'103'515'245U + 12'345U;
    if (stays > 0) {
        --stays;
        if (!fleeting) fleeting.emplace(SIGUSR1, *flag_of_both);
    } else if ((coin & 0x10000U) == 0) {
        return;
    } else if (fleeting) {
        fleeting.reset();
    } else {
        fleeting.emplace(SIGUSR1, *flag_of_both);
    }
}

TEST_CASE("a scope may end in the middle of its handler") {
    const SignalsAsFound as_found({SIGUSR2});
    constexpr int kTimes = 20;
    step("make a handler for SIGUSR1, and end its scope");
    SignalFlag flag;
    flag_of_both = &flag;
    struct sigaction action {};
    {
        const ScopedSignalHandler handler(SIGUSR1, flag);
        ::sigaction(SIGUSR1, nullptr, &action);
    }
    expect(action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN, "the handler", "there",
           "not there", kNoHandler);
    ::signal(SIGUSR2, come_or_go);
    step("run it one instruction at a time; meanwhile its scope begins and ends again and again");
    if_it_crashes(kLateHandler, "null pointer");
    const auto run_often = [&] {
        for (int turn = 0; turn < kTimes; ++turn) {
            stays = 4;
            action.sa_handler(SIGUSR1);
        }
    };
    const Stepped seen = step_through(
        {.signal = SIGUSR2, .act = run_often, .count = [] { return 0; }, .spare_libraries = true});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the other thread, which ends the scope", "comes to its end",
           "waits for something that the handler holds", kWork);
    expect_equal(seen.status, 0, "the wait status of the process", kLateHandler);
}
