// The check of lesson 01: children are started, end in every way there is, and are collected.
// check_child.cpp looks at what a child is like, check_end.cpp at how all are brought to their end.
// Each case runs in a process of its own.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/children.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/01-processes/signals_now.hh"
#include "lessons/course/check/core_dumps.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"

using namespace waymark::course::check;
using namespace waymark::daemon;
using namespace std::chrono_literals;

static constexpr int kClosed = 95;  // no child of this case ends so else

// Its end is told as one with a core; the kernel writes none of who may not be dumped (core(5)).
static int die_without_a_real_core() {
    ::prctl(PR_SET_DUMPABLE, 0);
    return ::raise(SIGABRT);
}

TEST_CASE("a child runs its function and its exit code arrives") {
    Children children;
    pid_t pid = -1;
    step("start a child whose function returns 7");
    const Pipe open = make_pipe();
    set_nonblocking(open.reading, true);
    const auto look = [&] { return ::write(open.writing.get(), "!", 1) != 1 ? kClosed : 7; };
    expect_no_throw([&] { pid = start(children, look); }, "what start() does", kNotWritten);
    expect(pid > 0, "process id that start() gives", "a positive number", show(pid),
           kFallingThrough);
    expect_equal(children.running().count(pid), 1U, "the child in running()", kWrongList);
    step("when it has ended: call reap()");
    const ExitStatus status = collect(children, pid);
    expect(describe(status) != "exit status " + show(kClosed), "a pipe of the parent, in the child",
           "open", "closed", kClosesFiles);
    const bool began = describe(status) != "exit status 111" || !read_all(open.reading).empty();
    expect_status(status, "exit status 7",
                  !began                                       ? kOtherParent
                  : status.killed() && truth().ends_with(" 7") ? kBareCode
                                                               : kRawStatus);
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
    expect_equal(killed.signal(), SIGKILL, "signal()", kRawSignal);
    step("start a child that returns 9: the same number, another end");
    const ExitStatus ended = collect(children, start(children, [] { return SIGKILL; }));
    expect_equal(ended.killed(), false, "killed()", kIgnoringSignaled);
    expect_equal(ended.exited(), true, "exited()", kIgnoringSignaled);
    expect_equal(ended.code(), SIGKILL, "code()", kRawStatus);
    step("start a child that is killed and leaves a core (abort)");
    const CoresAreTold cores;
    const ExitStatus dumped = collect(children, start(children, die_without_a_real_core));
    expect(dumped.killed() && !dumped.exited(), "how the child ended", "killed by signal 6",
           describe(dumped), why_so(dumped, kBareCode));
    expect_equal(dumped.signal(), SIGABRT, "signal()", kRawSignal);
    expect_equal(dumped.core_dumped(), true, "core_dumped()", kBareCode);
}

TEST_CASE("a wait status is taken apart") {
    const auto exit_with = [](int code) { return ExitStatus::from_wait(W_EXITCODE(code, 0)); };
    const auto killed_by = [](int status) { return ExitStatus::from_wait(status); };
    step("take apart the status of a child that ended with 0, 1 and 255");
    for (const int code : {0, 1, 255}) {
        expect(exit_with(code).exited() && !exit_with(code).killed(), "the kind of end",
               "exited(), not killed()", "another", kIgnoringSignaled);
        const int seen = exit_with(code).code();
        expect_equal(seen, code, "code()",
                     seen < 0                  ? kSignedCode
                     : seen > 0 && seen < code ? kCodeCut
                                               : kRawStatus);
    }
    step("take apart the status of a child that was killed by 9, by 64, and by 6 with a core dump");
    for (const int number : {SIGKILL, SIGRTMAX, SIGABRT}) {
        const int core = number == SIGABRT ? WCOREFLAG : 0;
        const ExitStatus status = killed_by(number | core);
        expect(status.killed() && !status.exited(), "the kind of end", "killed(), not exited()",
               status.exited() == status.killed() ? describe(status) : "exited(), not killed()",
               number == SIGKILL                    ? kIgnoringSignaled
               : status.exited() == status.killed() ? kNotOneKind
                                                    : kRawSignal);
        expect_equal(status.signal(), number, "signal()",
                     number == SIGKILL ? kRawStatus : kRawSignal);
    }
}

TEST_CASE("children that ended together are all collected by one call") {
    Children children;
    std::vector<pid_t> pids;
    constexpr int kMany = 40;
    step("start a child, and when it has ended 39 more; they return -1 to 38");
    for (int i = 0; i < kMany; ++i) {
        const pid_t pid = start(children, [i] { return i - 1; });
        expect(std::ranges::find(pids, pid) == pids.end(), "the number that start() gives",
               "a new one", "that of a child before it", kWrongNumber);
        pids.push_back(pid);
        if (i == 0) wait_until_ended(pid);
    }
    expect_equal(children.running().size(), std::size_t{kMany}, "children in running()",
                 kThrownAway);
    step("when all have ended: call reap() once, as after one SIGCHLD");
    an_erased_element_crashes();
    for (const pid_t pid : pids) wait_until_ended(pid);
    truth().clear();
    const Endings ended = children.reap();
    expect_equal(ended.size(), std::size_t{kMany}, "children that reap() has collected", kOneWait);
    step("compare each with its own exit code");
    for (const Children::Ended& child : ended) {
        const auto place = std::ranges::find(pids, child.pid);
        expect(place != pids.end(), "process id", "one that start() gave", show(child.pid),
               kWrongList);
        const bool of_minus_one = place == pids.begin();
        expect_status(child.status,
                      "exit status " + show(of_minus_one ? 255 : place - pids.begin() - 1),
                      of_minus_one ? kOtherCode : kRawStatus);
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
    expect_status(collect(children, second, &kStopsAtOne), "exit status 3", kRawStatus);
    step("let the first one go on, and collect it");
    go.open();
    expect_status(collect(children, pid), "exit status 0", kBlocking);
}

TEST_CASE("a child that is stopped has not ended") {
    Children children;
    Gate go;
    step("start a child that stops, as by Ctrl-Z, and then waits for us");
    const pid_t pid = start(children, [&] {
        ::raise(SIGSTOP);
        return go.wait() ? 0 : 1;
    });
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT);
    step("call reap() while it is stopped");
    if_it_hangs(kBlocking);
    expect_equal(children.reap().size(), 0U, "children that reap() has collected", kNotAsked);
    expect_equal(children.running().count(pid), 1U, "the child in running()", kNotAsked);
    step("let it continue (SIGCONT), and call reap() again");
    ::kill(pid, SIGCONT);
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WCONTINUED | WNOWAIT);
    expect_equal(children.reap().size(), 0U, "children that reap() has collected", kNotAsked);
    expect_equal(children.running().count(pid), 1U, "the child in running()", kNotAsked);
    step("let it end, and collect it");
    go.open();
    expect_status(collect(children, pid), "exit status 0", kNotAsked);
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
    expect_equal(ended.size(), 1U, "children that reap() has collected",
                 is_zombie(pid) ? kStopsAtOthers : kOthers);
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
    if_it_hangs(kNoChild, "does not wait");
    expect_no_throw([&] { ended = children.reap(); }, "what reap() does", kNoChild);
    expect_equal(ended.size(), 0U, "children that reap() has collected", kMadeUp);
    expect_equal(children.running().size(), 0U, "children in running()", kNoChild);
    step(
        "the same with two children, of which somebody else collects the first; there was no "
        "descriptor to spare for them");
    pid_t first = -1;
    pid_t second = -1;
    without_descriptors([&] {
        first = start(children, [] { return 0; });
        second = start(children, [] { return 6; });
    });
    ::waitpid(first, nullptr, 0);
    wait_until_ended(second);
    if_it_hangs(kNoChild);
    if_it_hangs(kNoChild, "does not wait");
    expect_no_throw([&] { ended = children.reap(); }, "what reap() does", kNoChild);
    expect_equal(ended.size(), 1U, "children that reap() has collected",
                 ended.empty() ? kNoChild : kMadeUp);
    expect_equal(ended[0].pid, second, "process id of the child", kNoChild);
}

TEST_CASE("a wait that a signal interrupts is asked again") {
    const SignalsAsFound as_found({SIGCHLD});
    Children children;
    step("start a child that returns 7, and wait until it has ended");
    const pid_t pid = start(children, [] { return 7; });
    wait_until_ended(pid);
    step("call reap(); its waits are interrupted twenty times (EINTR)");
    Faults faults;
    faults.fail(Call::waitpid, EINTR, 20);
    ::signal(SIGCHLD, [](int) {});
    const Signals before;
    Endings ended;
    expect_no_throw([&] { ended = children.reap(); }, "what reap() does", kInterrupted);
    expect_equal(ended.size(), 1U, "children that reap() has collected",
                 children.running().contains(pid) ? kPutOff : kInterrupted);
    expect_status(ended[0].status, "exit status 7", kInterrupted);
    expect_as_before(before);
}
