// The check of lesson 01: children are started, end in every way there is, and are collected. From
// the thing itself to the misconceptions to the faults; each case runs in a process of its own.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "daemon/children.hh"
#include "daemon/signals.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;
using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("a child runs its function and its exit code arrives") {
    Children children;
    pid_t pid = -1;
    step("start a child whose function returns 7");
    expect_no_throw([&] { pid = start(children, [] { return 7; }); }, "what start() does",
                    kNotWritten);
    expect(pid > 0, "process id that start() gives", "a positive number", show(pid),
           kFallingThrough);
    expect_equal(children.running().count(pid), 1U, "the child in running()", kWrongList);
    step("when it has ended: call reap()");
    const ExitStatus status = collect(children, pid);
    expect_status(status, "exit status 7", kRawStatus);
    step("look whether anything of the child is left");
    expect(process_state(pid) == '\0', "the child in /proc", "gone", "still there", kNobodyWaited);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
    expect_equal(children.reap().size(), 0U, "children that a second reap() collects", kWrongList);
}

TEST_CASE("a child that was killed is told from one that ended by itself") {
    Children children;
    step("start a child that is killed (kill -9)");
    const pid_t pid = start(children, [] { return ::raise(SIGKILL); });
    const ExitStatus killed = collect(children, pid, &kIgnoringSignaled);
    step("ask how it ended");
    expect_equal(killed.killed(), true, "killed()", kIgnoringSignaled);
    expect_equal(killed.exited(), false, "exited()", kIgnoringSignaled);
    expect_equal(killed.success(), false, "success()", kIgnoringSignaled);
    expect_equal(killed.signal(), SIGKILL, "signal()", kIgnoringSignaled);
    step("start a child that returns 9: the same number, another end");
    const ExitStatus ended = collect(children, start(children, [] { return SIGKILL; }));
    expect_equal(ended.killed(), false, "killed()", kIgnoringSignaled);
    expect_equal(ended.exited(), true, "exited()", kIgnoringSignaled);
    expect_equal(ended.code(), SIGKILL, "code()", kRawStatus);
}

TEST_CASE("children that ended together are all collected by one call") {
    Children children;
    std::vector<pid_t> pids;
    step("start five children; they return 0 to 4");
    for (int i = 0; i < 5; ++i) pids.push_back(start(children, [i] { return i; }));
    step("when all have ended: call reap() once, as after one SIGCHLD");
    if_it_crashes(kErasedInLoop);
    for (const pid_t pid : pids) wait_until_ended(pid);
    const Endings ended = children.reap();
    expect_equal(ended.size(), 5U, "children that reap() has collected", kOneWait);
    step("compare each with its own exit code");
    for (const Children::Ended& child : ended) {
        const auto place = std::ranges::find(pids, child.pid);
        expect(place != pids.end(), "process id", "one that start() gave", show(child.pid),
               kWrongList);
        expect_status(child.status, "exit status " + show(place - pids.begin()), kRawStatus);
    }
}

TEST_CASE("a child that still runs does not hold its parent up") {
    Children children;
    Gate go;
    step("start a child that waits for us");
    if_it_hangs(kBlocking);
    const pid_t pid = start(children, [&] { return go.wait() ? 0 : 1; });
    step("call reap() while it runs");
    if_it_hangs(kBlocking);
    expect_equal(children.reap().size(), 0U, "children that reap() has collected", kWrongList);
    expect_equal(children.running().count(pid), 1U, "the child in running()", kWrongList);
    step("start a second one, which ends at once; call reap() while the first one runs");
    if_it_hangs(kBlocking);
    const pid_t second = start(children, [] { return 3; });
    expect_status(collect(children, second, &kOneWait), "exit status 3", kRawStatus);
    step("let the first one go on, and collect it");
    go.open();
    expect_status(collect(children, pid), "exit status 0", kBlocking);
}

TEST_CASE("children of others are left to them") {
    step("another part of the program starts a child, which ends");
    const pid_t other = ::fork();
    if (other == 0) ::_exit(42);
    wait_until_ended(other);
    step("call reap() with a child of our own that has ended, too");
    Children children;
    const pid_t pid = start(children, [] { return 7; });
    wait_until_ended(pid);
    const Endings ended = children.reap();
    step("the other part waits for its child");
    expect(is_zombie(other), "the child of the other part", "there to be collected",
           "collected by us", kOthers);
    int status = 0;
    expect_equal(::waitpid(other, &status, 0), other, "waitpid(2) for it", kOthers);
    expect_equal(ended.size(), 1U, "children that reap() has collected", kOthers);
}

TEST_CASE("no child is no error") {
    Children children;
    step("call reap() before anything was started");
    if_it_hangs(kBlocking);
    expect_no_throw([&] { children.reap(); }, "what reap() does without a child", kNoChild);
    step("start a child, and let somebody else collect it");
    const pid_t pid = start(children, [] { return 0; });
    ::waitpid(pid, nullptr, 0);
    step("call reap() for a child that is not there any more");
    Endings ended;
    if_it_hangs(kNoChild);
    expect_no_throw([&] { ended = children.reap(); }, "what reap() does", kNoChild);
    expect_equal(ended.size(), 0U, "children that reap() has collected", kNoChild);
    expect_equal(children.running().size(), 0U, "children in running()", kNoChild);
}

TEST_CASE("a function that throws ends the child and nothing else") {
    Children children;
    step("start a child whose function throws (its message on stderr is right)");
    const pid_t pid =
        start(children, []() -> int { throw std::runtime_error("thrown on purpose"); });
    expect_status(collect(children, pid), "exit status 111", kFallingThrough);
}

TEST_CASE("what is printed is written once") {
    step("print a line that stays in the buffer; start a child that prints another; collect it");
    if_it_hangs(kBlocking);
    const std::string text = written_by([](const Fd& output) {
        static char buffer[4096];
        ::dup2(output.get(), STDOUT_FILENO);
        std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
        std::fputs("parent;", stdout);
        start_and_collect([] { return std::fputs("child;", stdout) < 0 ? 1 : 0; });
        std::fflush(stdout);
    });
    step("read what the two have written");
    expect(count(text, "parent;") == 1, "the parent's line", "\"parent;\" once", show(text),
           kCopiedBuffer);
    expect(count(text, "child;") == 1, "the child's line", "\"child;\" once", show(text),
           kLostOutput);
}

TEST_CASE("a child does not tidy up for its parent") {
    step("register an atexit function, start a child, and collect it");
    if_it_hangs(kBlocking);
    const std::string text = written_by([](const Fd& output) {
        static int descriptor = -1;
        descriptor = output.get();
        std::atexit([] { (void)!::write(descriptor, "atexit;", 7); });
        start_and_collect([] { return 0; });
    });
    step("the parent still runs: nobody may have called that function");
    expect(text.empty(), "calls of the function in the child", "none", show(text), kExit);
}

TEST_CASE("a child starts with signals as new and without siblings") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGUSR2});
    const std::string blocked = status_line(::getpid(), "SigBlk");
    Children children;
    step("with a handler for SIGUSR1 and SIGUSR2 blocked: start a child, then a second one");
    start(children, sleep_for_ever);
    const pid_t pid = start(children, [&] {
        struct sigaction action {};
        ::sigaction(SIGUSR1, nullptr, &action);
        sigset_t mine;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &mine);
        const bool any = ::sigismember(&mine, SIGUSR2) == 1 || ::sigismember(&mine, SIGTERM) == 1;
        return (action.sa_handler != SIG_DFL ? 1 : 0) + (any ? 2 : 0) +
               (children.running().empty() ? 0 : 4);
    });
    step("the second one has looked at its own settings");
    const ExitStatus status = collect(children, pid);
    expect(status.exited() && status.code() < 8, "how the child ended", "by itself",
           describe(status), why_so(status, kFallingThrough));
    expect((status.code() & 1) == 0, "action of SIGUSR1 in the child", "the default",
           "the parent's handler", kSignalSettings);
    expect((status.code() & 2) == 0, "signals that the child blocks", "none",
           "the parent's, or all", kSignalSettings);
    expect((status.code() & 4) == 0, "running() in the child", "empty: they are its siblings",
           "the parent's list", kWrongList);
    step("the parent's own signals are as they were");
    expect_equal(status_line(::getpid(), "SigBlk"), blocked, "signals that the parent blocks",
                 kLeftBlocked);
}

TEST_CASE("a fork that fails is reported and changes nothing") {
    Children children;
    const std::string blocked = status_line(::getpid(), "SigBlk");
    step("start a child while the system has no room for one (EAGAIN)");
    if_it_crashes(kFailedFork);
    Faults faults;
    faults.fail(Call::fork, EAGAIN);
    int error = 0;
    try {
        start(children, [] { return 0; });
    } catch (const std::system_error& thrown) {
        error = thrown.code().value();
    }
    expect(error == EAGAIN, "what start() throws", "std::system_error with EAGAIN",
           error == 0 ? "nothing" : "error " + show(error), kFailedFork);
    expect_equal(children.running().size(), 0U, "children in running()", kFailedFork);
    expect_equal(status_line(::getpid(), "SigBlk"), blocked, "signals that the parent blocks",
                 kLeftBlocked);
    step("start one when there is room again");
    expect_status(collect(children, start(children, [] { return 3; })), "exit status 3",
                  kFailedFork);
}

TEST_CASE("a wait that a signal interrupts is asked again") {
    Children children;
    step("start a child that returns 7, and wait until it has ended");
    const pid_t pid = start(children, [] { return 7; });
    wait_until_ended(pid);
    step("call reap(); its waits are interrupted twice (EINTR)");
    Faults faults;
    faults.fail(Call::waitpid, EINTR, 2);
    Endings ended;
    expect_no_throw([&] { ended = children.reap(); }, "what reap() does", kInterrupted);
    expect_equal(ended.size(), 1U, "children that reap() has collected", kInterrupted);
    expect_status(ended[0].status, "exit status 7", kInterrupted);
}
