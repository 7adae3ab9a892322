// The part of the check that looks at a child: how it ends whatever its function does, what it has
// of its parent and what it must not have, and whose child it is.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/01-processes/signals_now.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"
#include "lessons/course/check/threads.hh"

using namespace waymark::course::check;
using namespace waymark::daemon;

TEST_CASE("a function that throws ends the child and nothing else") {
    Children children;
    step("start a child whose function throws (its message on stderr is right)");
    const pid_t pid =
        start(children, []() -> int { throw std::runtime_error("thrown on purpose"); });
    expect_status(collect(children, pid), "exit status 111", kFallingThrough);
    step("start one, and read what it prints");
    const std::string text = written_by([](const Fd& output) {
        ::dup2(output.get(), STDERR_FILENO);
        start_and_collect([]() -> int { throw std::runtime_error("thrown on purpose"); });
    });
    expect(count(text, "\n") == 1 && count(text, "thrown on purpose") == 1, "what is printed",
           "one line with the words of the exception", show(text), kOwnWords);
    step("start one that throws a number, and one whose command line was wrong (UsageError)");
    const pid_t odd = start(children, []() -> int { throw 5; });
    expect_status(collect(children, odd), "exit status 111", kFallingThrough);
    const pid_t usage = start(children, []() -> int { throw UsageError("thrown on purpose"); });
    expect_status(collect(children, usage), "exit status 100", kOwnWords);
}

// By two streams: what is said of stdout holds for each that the program has opened.
TEST_CASE("what is printed is written once") {
    step(
        "print to stdout and to a log, and let it stay in the buffers; start a child that prints "
        "to both; collect it");
    if_it_hangs(kBlocking);
    const std::string text = written_by([](const Fd& output) {
        static char buffer[4096];
        ::dup2(output.get(), STDOUT_FILENO);
        std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
        std::FILE* const log = ::fdopen(::dup(output.get()), "w");
        std::fputs("parent;", stdout);
        std::fputs("parent's log;", log);
        start_and_collect([log] {
            const bool good =
                std::fputs("child;", stdout) >= 0 && std::fputs("child's log;", log) >= 0;
            return good ? 0 : 1;
        });
        std::fflush(stdout);
        std::fclose(log);
    });
    step("read what the two have written");
    for (const char* const line : {"parent;", "parent's log;"})
        expect(count(text, line) == 1, "the parent's line", show(line) + " once", show(text),
               kCopiedBuffer);
    for (const char* const line : {"child;", "child's log;"})
        expect(count(text, line) == 1, "the child's line", show(line) + " once", show(text),
               count(text, "child;") == 1 ? kOneStream : kLostOutput);
    step("the same with a child that throws when it has printed its line");
    const std::string thrown = written_by([](const Fd& output) {
        static char buffer[4096];
        ::dup2(output.get(), STDOUT_FILENO);
        ::dup2(output.get(), STDERR_FILENO);
        std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
        start_and_collect([]() -> int {
            std::fputs("child;", stdout);
            throw std::runtime_error("thrown on purpose");
        });
    });
    expect(count(thrown, "child;") == 1, "the child's line", "\"child;\" once", show(thrown),
           count(thrown, "child;") == 0 ? kLostByThrow : kCopiedBuffer);
}

TEST_CASE("a child does not tidy up for its parent") {
    step("register functions with atexit and at_quick_exit, start a child, and collect it");
    if_it_hangs(kBlocking);
    const std::string text = written_by([](const Fd& output) {
        static int descriptor = -1;
        descriptor = output.get();
        std::atexit([] { (void)!::write(descriptor, "atexit;", 7); });
        std::at_quick_exit([] { (void)!::write(descriptor, "at_quick_exit;", 14); });
        start_and_collect([] { return 0; });
    });
    step("the parent still runs: nobody may have called them");
    expect(text.empty(), "calls of the functions in the child", "none", show(text), kExit);
}

TEST_CASE("a child starts with signals as new and without siblings") {
    const SignalsAsFound as_found({SIGALRM, SIGRTMAX});
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGUSR2});
    const int late = SIGRTMAX;
    ::signal(SIGALRM, SIG_IGN);
    ::signal(late, [](int) {});
    const Signals before;
    Children children;
    step(
        "with a handler for SIGUSR1 and SIGRTMAX, SIGUSR2 blocked and SIGALRM ignored: start a "
        "child, then a second one");
    start(children, sleep_for_ever);
    const pid_t pid = start(children, [&] {
        struct sigaction action {};
        ::sigaction(SIGUSR1, nullptr, &action);
        const bool blocks = status_line(::getpid(), "SigBlk") != "0000000000000000";
        const auto ignored = std::stoull(status_line(::getpid(), "SigIgn"), nullptr, 16);
        const bool inherits = (ignored & (1ULL << (SIGALRM - 1))) != 0;
        struct sigaction last {};
        ::sigaction(late, nullptr, &last);
        const bool siblings = !children.running().empty();
        int end = 0;
        ::waitpid(start(children, [] { return 0; }), &end, 0);
        return (action.sa_handler != SIG_DFL ? 1 : 0) + (blocks ? 2 : 0) + (siblings ? 4 : 0) +
               (inherits || last.sa_handler != SIG_DFL ? 8 : 0) + (end == 0 ? 0 : 16) +
               (ignored != 0 && !inherits ? 32 : 0);
    });
    step("the second one has looked at its own settings, and has started a child of its own");
    const ExitStatus status = collect(children, pid);
    expect(status.exited() && status.code() < 64, "how the child ended", "by itself",
           describe(status), why_so(status, kFallingThrough));
    expect((status.code() & 1) == 0, "action of SIGUSR1 in the child", "the default",
           "the parent's handler", kSignalSettings);
    // The handlers are reset, so the mask was left out, or was put back.
    const Causes of_the_mask =
        (status.code() & 8) == 0 ? Causes{kMaskPutBack, kSignalSettings} : Causes(kSignalSettings);
    expect((status.code() & 2) == 0, "signals that the child blocks", "none",
           "the parent's, or all", of_the_mask);
    expect((status.code() & 8) == 0, "SIGALRM and SIGRTMAX in the child", "the default",
           "as in the parent", kSignalSettings);
    expect((status.code() & 32) == 0, "signals that the child ignores", "none",
           "some that the parent does not ignore", kOwnSettings);
    expect((status.code() & 4) == 0, "running() in the child", "empty: they are its siblings",
           "the parent's list", kWrongList);
    expect((status.code() & 16) == 0, "the child of the child", "runs, and ends with 0",
           "another end", kParentAskedOnce);
    step("the parent's own signals are as they were");
    expect_as_before(before);
}

TEST_CASE("a child asks for the signal that its parent has chosen") {
    Children children;
    const auto signal_asked_for = [] {
        int signal = 0;
        ::prctl(PR_GET_PDEATHSIG, &signal);
        return signal;
    };
    for (const int signal : {SIGTERM, SIGINT, 0}) {
        step("start a child that shall get signal " + show(signal) +
             " when its parent dies (0: none)");
        const pid_t pid = start(children, signal_asked_for, signal);
        expect_status(collect(children, pid), "exit status " + show(signal),
                      signal == SIGTERM ? kOutlives : kChosenSignal);
    }
    step("start one from a second thread of the program");
    pid_t pid = -1;
    Caller second([&] {
        pid = start(children, signal_asked_for);
        wait_until_ended(pid);  // before the thread ends: the signal is for that
    });
    second.join();
    const ExitStatus status = collect(children, pid);
    expect_status(status, "exit status " + show(SIGTERM),
                  describe(status) == "exit status 111" ? kOtherParent : kOutlives);
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

// Between the fork and the child's first line anything may happen; here it does. The plan kills the
// parent there, and lets the child go on when it has another one.
TEST_CASE("a child whose parent has died meanwhile does not begin") {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    Pipe said = make_pipe();
    step("a process starts a child, and is killed before the child has come to its first line");
    if_it_hangs(kParentAskedLate);
    in_a_process([&] {
        static bool orphan = false;
        Children children;
        Faults faults;
        faults.in_the_child([] {
            const pid_t parent = ::getppid();
            ::kill(parent, SIGKILL);
            while (::getppid() == parent) ::poll(nullptr, 0, 1);
            orphan = true;
        });
        start(children, [&] {
            if (!orphan) return ::kill(::getppid(), SIGKILL);  // not by any fork that we know
            return ::write(said.writing.get(), "served;", 7) == 7 ? 0 : 1;
        });
        return sleep_for_ever();
    });
    step("see whether the child has begun to serve, without a parent");
    said.writing.reset();
    const std::string text = read_all(said.reading);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    expect(text.empty(), "what the child did", "nothing", show(text), kParentAskedLate);
}

TEST_CASE("a fork that fails is reported and changes nothing") {
    Children children;
    start(children, sleep_for_ever);
    const Signals before;
    for (const auto& [refusal, name] : {std::pair{EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}}) {
        step(fmt::format("with one child running: start another, and fork(2) says {}", name));
        if_it_crashes(kFailedFork);
        Faults faults;
        faults.fail(Call::fork, refusal);
        int error = 0;
        std::string thrown_instead;
        try {
            start(children, [] { return 0; });
        } catch (const std::system_error& thrown) {
            error = thrown.code().value();
        } catch (const std::exception& thrown) {
            thrown_instead = thrown.what();
        }
        const std::string expected = fmt::format("std::system_error with {}", name);
        expect(thrown_instead.empty(), "what start() throws", expected,
               "another exception: " + thrown_instead, kOtherException);
        expect(faults.calls(Call::fork) < 2, "calls of fork(2) in one start()", "1",
               show(faults.calls(Call::fork)), kForksAgain);
        expect(error == refusal, "what start() throws", expected,
               error == 0 ? "nothing" : "error " + show(error),
               error == 0 ? kFailedFork : kOtherException);
        expect_equal(children.running().size(), 1U, "children in running()",
                     children.running().empty() ? kWrongList : kFailedFork);
        expect_as_before(before);
    }
    step("start one when there is room again");
    expect_status(collect(children, start(children, [] { return 3; })), "exit status 3",
                  kFailedFork);
}
