// Which signals a wait of lesson 05 lets in: all that lead to its flag at that time, and no other.
// And what comes to the flag by another way than a signal to the thread that waits.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "advice.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/shared_memory.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"
#include "refusal.hh"
#include "watched_wait.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;
using namespace std::chrono_literals;

// Before the wait there is another one, for the other flag, when only one signal leads to the
// first: who looks up the signals once has looked too early.
TEST_CASE("all signals of a flag end the wait and no other is let in") {
    for (const int coming : {SIGUSR1, SIGUSR2, SIGRTMAX}) {
        const SharedMemory<WaitBoard> board;
        step(
            "three signals lead to one flag, a fourth to another (it led to the first one before); "
            "all are blocked");
        step("the fourth and signal " + show(coming) + " come: wait for the flag of the three");
        const WatchedWait wait = watch_wait(*board, coming, [&] {
            const ScopedSignalHandler one(SIGUSR1, board->flag);
            const ScopedSignalHandler covered(SIGTERM, board->flag);
            const ScopedSignalHandler other(SIGTERM, board->other);
            const SignalMask mask({SIGUSR1, SIGUSR2, SIGRTMAX, SIGTERM});
            wait_for_signal(board->other, Deadline::after(-1s));
            wait_for_signal(board->flag, Deadline::after(-1s));
            const ScopedSignalHandler two(SIGUSR2, board->flag);
            const ScopedSignalHandler three(SIGRTMAX, board->flag);
            ::raise(SIGTERM);
            board->sent = true;
            ::raise(coming);
            const bool raised = wait_for_signal(board->flag, Deadline::never());
            board->count_at_end = board->other.count();
            return raised ? 1 : 0;
        });
        expect(!wait.missed, "the waiting process", "wakes up",
               "sleeps, though the signal has come", kNotAllSignals);
        expect_equal(wait.result, 1, "what the wait gave (1: the flag is raised)", kNotAllSignals);
        expect_equal(board->count_at_end.load(), 0, "the count of the fourth, which was blocked",
                     kLetsInMore);
    }
}

static std::atomic<int> theirs = 0;

// How often a signal that is blocked, and that somebody else handles, comes in while `flag` is
// waited for.
static int let_in(int signal, const SignalFlag& flag) {
    theirs = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { ++theirs; };
    ::sigaction(signal, &action, nullptr);
    const SignalMask mask({signal});
    ::raise(signal);
    step("wait two milliseconds for the flag");
    wait_for_signal(flag, Deadline::after(2ms));
    return theirs;
}

TEST_CASE("a signal whose scope has ended is none of the flag's any more") {
    const SignalsAsFound as_found({SIGUSR1});
    step("the scope of SIGUSR1 has ended; somebody else handles it; it is blocked, and comes");
    SignalFlag flag;
    { const ScopedSignalHandler ended(SIGUSR1, flag); }
    expect_equal(let_in(SIGUSR1, flag), 0, "how often SIGUSR1 was let in", kNotRestored);
    step("the same, and the kernel has refused the scope");
    SignalFlag refused;
    {
        Faults faults;
        faults.fail(Call::sigaction, ENOMEM, 100);
        error_of(SIGUSR1, refused);
    }
    expect_equal(let_in(SIGUSR1, refused), 0, "how often SIGUSR1 was let in", kRefusalLeaves);
}

TEST_CASE("what another thread has counted is seen when the deadline comes") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    // On a busy machine the deadline may come before the sleep: then there is none, and it is
    // waited once more, for longer.
    for (std::chrono::milliseconds time = 2ms; !flag.raised() && time < 100ms; time *= 4) {
        step("wait " + show(time.count()) +
             " ms; another thread's handler counts while the wait sleeps on");
        Faults faults;
        for (const Call call : {Call::poll, Call::pause})
            faults.before(call, [&] { flag.add_one(); });
        if_it_hangs(kNoDeadline);
        const bool raised = wait_for_signal(flag, Deadline::after(time));
        expect_equal(raised, flag.raised(), "what the wait says", kDeadlineFirst);
    }
}

TEST_CASE("a wait for a flag that no signal leads to ends at its deadline") {
    step("wait an hour for a flag without a handler, in a process of its own");
    const pid_t pid = waymark::daemon::check(::fork(), "fork");
    if (pid == 0) {
        const SignalFlag nobodys;
        wait_for_signal(nobodys, Deadline::after(1h));
        ::_exit(0);
    }
    const Waiting waiting = how_it_waits(pid);
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
    }
    expect(waiting != Waiting::ended, "the wait", "goes on", "has ended", kThirdEnd);
    step("wait two milliseconds for a flag without a handler");
    SignalFlag flag;
    const Deadline soon = Deadline::after(2ms);
    if_it_hangs(kThirdEnd);
    wait_for_signal(flag, soon);
    expect(soon.expired(), "the deadline when the wait has ended", "has come", "has not come",
           kTooEarly);
    expect(!flag.raised(), "the flag", "as before", "raised", kThirdEnd);
}
