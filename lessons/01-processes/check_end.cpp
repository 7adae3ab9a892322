// The second half of the check: how children are brought to their end. They are asked, they are
// given time, they are killed, and none is left behind.

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/children.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Says that it is ready, and when it is asked to end, finishes its work and returns 5. The work is
// long enough that a SIGKILL on the heels of SIGTERM would interrupt it, also where a busy machine
// holds the parent up between the two: it begins when the parent waits.
int end_when_asked(Gate& ready) {
    constexpr int kWorkMilliseconds = 60;
    constexpr int kLooksAtTheParent = 1000;  // one that asks again and again never waits
    // By the system's calls alone: daemon/signals is written in lesson 05.
    sigset_t asked;
    ::sigemptyset(&asked);
    ::sigaddset(&asked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    ready.open();
    int signal = 0;
    ::sigwait(&asked, &signal);
    const pid_t parent = ::getppid();
    for (int look = 0; look < kLooksAtTheParent && process_state(parent) == 'R'; ++look)
        ::poll(nullptr, 0, 1);
    ::poll(nullptr, 0, kWorkMilliseconds);
    return 5;
}

int never_listen(Gate& ready) {
    ::signal(SIGTERM, SIG_IGN);
    ready.open();
    return sleep_for_ever();
}

void expect_gone(pid_t pid) {
    if (process_state(pid) == '\0') return;
    const Advice& advice = why_still_there(pid);
    fail("the child in /proc", "gone", is_zombie(pid) ? "a zombie" : "still running", advice);
}

void expect_each(const Endings& ended, std::string_view expected, const Advice& advice) {
    for (const Children::Ended& child : ended)
        expect(child.status.describe() == expected, "how the child ended", expected,
               child.status.describe(), advice);
}

}  // namespace

TEST_CASE("children that end when asked are given the time for it") {
    Children children;
    Gate ready[3];
    step("start three children that finish their work on SIGTERM and then return 5");
    for (Gate& gate : ready) children.start([&] { return end_when_asked(gate); });
    for (Gate& gate : ready) gate.wait();
    step("call terminate_all with a grace that never ends");
    if_it_hangs(kSleptThrough);
    const Endings ended = children.terminate_all(Deadline::never());
    expect_each(ended, "exit status 5", kNoGrace);
    expect_equal(ended.size(), 3U, "endings that terminate_all reports", kThrownAway);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
}

TEST_CASE("a child that does not listen is killed when the grace is over") {
    Children children;
    Gate ready;
    step("start a child that ignores SIGTERM");
    const pid_t pid = children.start([&] { return never_listen(ready); });
    ready.wait();
    step("call terminate_all with a grace of a millisecond");
    if_it_hangs(kNoKill);
    const Endings ended = children.terminate_all(Deadline::after(1ms));
    expect_gone(pid);
    expect_equal(ended.size(), 1U, "endings that terminate_all reports", kThrownAway);
    expect_each(ended, "killed by signal 9 (Killed)", kNoKill);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
}

TEST_CASE("a child that had ended before is reported with the others") {
    Children children;
    Gate ready;
    step("start a child that returns 4 at once, and one that ignores SIGTERM");
    const pid_t first = children.start([] { return 4; });
    children.start([&] { return never_listen(ready); });
    wait_until_ended(first);
    ready.wait();
    step("call terminate_all with no grace; some waits are interrupted (EINTR)");
    if_it_hangs(kNoKill);
    Faults faults(7);
    faults.interrupt(Call::waitpid, 2);
    Endings ended;
    expect_no_throw([&] { ended = children.terminate_all(Deadline::after({})); },
                    "what terminate_all does", kInterrupted);
    expect_equal(ended.size(), 2U, "endings that terminate_all reports", kThrownAway);
}

TEST_CASE("a stopped child hears that it shall end") {
    Children children;
    step("start a child that stops, as by Ctrl-Z");
    const pid_t pid = children.start([] {
        ::raise(SIGSTOP);
        return sleep_for_ever();
    });
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT);
    step("call terminate_all with a grace that never ends");
    if_it_hangs(kStopped);
    const Endings ended = children.terminate_all(Deadline::never());
    expect_equal(ended.size(), 1U, "endings that terminate_all reports", kThrownAway);
    expect_each(ended, "killed by signal 15 (Terminated)", kStopped);
}

TEST_CASE("no child is left when its owner goes") {
    pid_t pid = -1;
    step("start a child that sleeps for ever, and let its Children go out of scope");
    if_it_hangs(kNoKill);
    {
        Children children;
        pid = children.start(sleep_for_ever);
    }
    expect_gone(pid);
}

// The grandchild loses its parent, and comes to the nearest ancestor that has asked for such
// children: here.
TEST_CASE("a child ends when its parent is killed") {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    Gate ready;
    step("a process starts a child, and is killed");
    in_a_process([&] {
        Children children;
        children.start([&] {
            ready.open();
            return sleep_for_ever();
        });
        ready.wait();
        return ::raise(SIGKILL);
    });
    step("wait until the child has ended, too");
    if_it_hangs(kOutlives);
    int status = 0;
    expect(::waitpid(-1, &status, 0) > 0, "the child", "ended, and to be collected", "not there",
           kOutlives);
    expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "how the child ended",
           "by the signal that it was to get (15)", "wait status " + show(status), kOutlives);
}
