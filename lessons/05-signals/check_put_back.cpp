// The end of a handler's scope in lesson 05: what was there before is there again, and in the scope
// it had no part.

#include <doctest/doctest.h>
#include <signal.h>

#include <csignal>

#include "action.hh"
#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

namespace {

// The handlers of somebody else.
volatile std::sig_atomic_t theirs_ran = 0;
void run_theirs(int) {
    theirs_ran = 1;
}
void run_theirs_with_more(int, siginfo_t*, void*) {
    theirs_ran = 1;
}

// One that is there in a scope of its own, and has to itself what comes in it.
void count_one_in_a_scope(int signal, SignalFlag& flag, const Advice& not_counted) {
    flag.take();
    theirs_ran = 0;
    const ScopedSignalHandler handler(signal, flag);
    expect_handler(signal);
    ::raise(signal);
    expect_equal(flag.count(), 1, "the count of the flag in the scope", not_counted);
    expect(theirs_ran == 0, "the handler of before, in the scope", "does not run", "runs",
           kCallsBefore);
}

}  // namespace

TEST_CASE("the end of the scope puts back what was there") {
    const SignalsAsFound as_found({SIGUSR1, SIGUSR2});
    step("set a handler of somebody else for SIGUSR1, with flags and a mask");
    struct sigaction theirs {};
    theirs.sa_sigaction = run_theirs_with_more;
    theirs.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigemptyset(&theirs.sa_mask);
    ::sigaddset(&theirs.sa_mask, SIGTERM);
    ::sigaction(SIGUSR1, &theirs, nullptr);
    step("make a handler for SIGUSR1, which comes then, and end its scope");
    SignalFlag flag;
    count_one_in_a_scope(SIGUSR1, flag, kNoCount);
    const struct sigaction after = action_of(SIGUSR1);
    expect(after.sa_sigaction == run_theirs_with_more, "the handler afterwards",
           "the one of before", after.sa_handler == SIG_DFL ? "the default" : "another one",
           kNotRestored);
    expect((after.sa_flags & (SA_SIGINFO | SA_RESTART)) == (SA_SIGINFO | SA_RESTART) &&
               ::sigismember(&after.sa_mask, SIGTERM) == 1,
           "its flags and its mask", "as before", "changed", kNotRestored);
    step("the same for SIGUSR2, where it is a handler without flags");
    ::signal(SIGUSR2, run_theirs);
    count_one_in_a_scope(SIGUSR2, flag, kNoCount);
    expect(action_of(SIGUSR2).sa_handler == run_theirs, "the handler afterwards",
           "the one of before", "another one", kNotRestored);
    step("the same for SIGUSR2, which is ignored");
    ::signal(SIGUSR2, SIG_IGN);
    count_one_in_a_scope(SIGUSR2, flag, kStaysIgnored);
    expect(action_of(SIGUSR2).sa_handler == SIG_IGN, "SIGUSR2 afterwards", "ignored", "not ignored",
           kNotRestored);
    step("once more for SIGUSR2, and in the scope somebody sets its default");
    {
        const ScopedSignalHandler handler(SIGUSR2, flag);
        ::signal(SIGUSR2, SIG_DFL);
    }
    expect(action_of(SIGUSR2).sa_handler == SIG_IGN, "SIGUSR2 afterwards", "ignored, as before it",
           "not ignored", kOnlyIfOurs);
}
