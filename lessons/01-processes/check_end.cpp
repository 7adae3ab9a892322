// The last part of the check: how children are brought to their end. They are asked, they are
// given time, they are killed, and none is left behind.

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>

#include "daemon/children.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/advice_end.hh"
#include "lessons/01-processes/asked.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/01-processes/signals_now.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"

using namespace waymark::course::check;
using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("children that end when asked are given the time for it") {
    const SignalsAsFound as_found({SIGCHLD});
    Children children;
    Gate ready[3];
    step("start three children that finish their work on SIGTERM and then return 5");
    for (Gate& gate : ready) children.start([&] { return end_when_asked(gate); });
    for (Gate& gate : ready) gate.wait();
    step(
        "call terminate_all with a grace that never ends; what it sleeps in is interrupted "
        "(EINTR)");
    if_it_hangs(kSleptThrough);
    if_it_hangs(kNobodyAsked, "waits in sigwait");
    ::signal(SIGCHLD, [](int) {});
    const Signals signals;
    Faults faults;
    faults.fail(Call::poll, EINTR, 5);
    const auto before = processor_time(::getpid());
    const Endings ended = children.terminate_all(Deadline::never());
    faults.fail(Call::poll, EINTR, 0);
    expect_each(ended, "exit status 5", why_without_grace(ended));
    expect_equal(ended.size(), 3U, "endings that terminate_all reports", kThrownAway);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
    expect(processor_time(::getpid()) - before < kAtMostAwake, "the parent while it waited",
           "asleep", "busy: it looked again and again", kBusy);
    expect_as_before(signals);
}

// Each of them ends when the one before it has ended: first in the order of their numbers, then the
// other way round. Whoever counts its own sleeps comes to the end of them here: many end at once.
TEST_CASE("children that end one after the other are all given the time for it") {
    for (const bool youngest_first : {false, true}) {
        Children children;
        Gate ready[2];
        step(youngest_first ? "the same, but the one that was started last ends first"
                            : "start two children; on SIGTERM one ends, and then the other");
        Pipe number = make_pipe();
        const auto wait_for_the_other = [&] {
            pid_t other = 0;
            (void)!::read(number.reading.get(), &other, sizeof other);
            return end_after(other, ready[1]);
        };
        if (youngest_first) children.start(wait_for_the_other);
        const pid_t first = children.start([&] { return end_when_asked(ready[0]); });
        if (!youngest_first) children.start(wait_for_the_other);
        (void)!::write(number.writing.get(), &first, sizeof first);
        for (Gate& gate : ready) gate.wait();
        const Deadline grace = youngest_first ? Deadline::after(1h) : Deadline::never();
        step(youngest_first ? "call terminate_all with a grace of an hour"
                            : "call terminate_all with a grace that never ends");
        if_it_hangs(kSleptThrough);
        if_it_hangs(kAskedInTurn, "waits in sigwait");
        constexpr int kRounds = 500;
        Faults faults;
        faults.expire(Call::poll, kRounds);
        faults.expire(Call::pause, kRounds);
        const Endings ended = children.terminate_all(grace);
        expect_each(ended, "exit status 5", {kOwnLimit, kNoGrace});
        expect_equal(ended.size(), 2U, "endings that terminate_all reports", kThrownAway);
    }
}

TEST_CASE("children that do not listen are killed when the grace is over") {
    Children children;
    Gate ready[3];
    pid_t pids[3];
    Pipe told = make_pipe();
    step("start three children that ignore SIGTERM");
    for (int i = 0; i < 2; ++i) pids[i] = children.start([&, i] { return never_listen(ready[i]); });
    pids[2] = children.start([&] { return never_listen_but_look(ready[2], told.writing); });
    for (Gate& gate : ready) gate.wait();
    step("call terminate_all with a grace of 50 milliseconds");
    if_it_hangs(kNoKill);
    for (const std::string_view sleep : {"poll", "waits in sleep"}) if_it_hangs(kPastGrace, sleep);
    if_it_hangs(kNoKill, "poll");
    Faults faults;
    int looks = 0;
    long slept = sleeps_so_far();
    // Children may be gone before one that asks and asks has got a processor: so its first looks
    // after the last kill see nobody, unless it sleeps before. They are many, so that what else
    // may put it to sleep, a page that is read from disk, does not pass for its waiting.
    constexpr int kUnseen = 3000;
    const std::function<void()> at_a_kill = [&] {
        faults.before(Call::kill, at_a_kill);
        looks = faults.calls(Call::waitpid);
        slept = sleeps_so_far();  // it reads: before that is planned
        faults.expire(Call::waitpid, kUnseen);
        for (const Call sleep : {Call::poll, Call::pause, Call::read})
            faults.before(sleep, [&] { faults.expire(Call::waitpid, 0); });
    };
    faults.before(Call::kill, at_a_kill);
    const Endings ended = children.terminate_all(Deadline::after(50ms));
    looks = faults.calls(Call::waitpid) - looks;
    slept = sleeps_so_far() - slept;
    set_nonblocking(told.reading, true);
    expect(read_all(told.reading).empty(), "the parent when the grace was over",
           "kills who is left", "sleeps on", kPastGrace);
    constexpr int kLooksForEach = 30;
    expect(looks < kLooksForEach * (1 + slept), "the parent after SIGKILL",
           "asleep until its children have ended",
           "busy: " + show(looks) + " calls of waitpid(2) almost without a sleep", kBusy);
    for (const pid_t pid : pids) expect_gone(pid);
    expect_equal(ended.size(), 3U, "endings that terminate_all reports", kThrownAway);
    expect_each(ended, "killed by signal 9 (Killed)", kNoKill);
    for (const pid_t pid : pids)
        expect(std::ranges::count(ended, pid, &Children::Ended::pid) == 1,
               "endings of one of the children", "1", "none", kThrownAway);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
}

TEST_CASE("the grace is for all of them together") {
    Children children;
    Gate go;
    Gate ready[4];
    pid_t pids[3];
    step("start four children that ignore SIGTERM, and one that does not");
    for (int i = 0; i < 3; ++i) pids[i] = children.start([&, i] { return never_listen(ready[i]); });
    const pid_t by_itself = children.start([&] { return never_listen_until(go, ready[3]); });
    for (Gate& gate : ready) gate.wait();
    const pid_t listens = children.start(sleep_for_ever);
    step(
        "call terminate_all with a grace of ten seconds, on a clock that jumps; one returns 4 when "
        "the grace is over, before a SIGKILL comes; look at fifteen");
    if_it_hangs(kNoKill);
    Faults faults;
    FastClock clock;
    const std::function<void()> at_a_kill = [&] {
        if (clock.passed() < 9s) return faults.before(Call::kill, at_a_kill);
        go.open();
        wait_until_at_rest(by_itself);
    };
    faults.before(Call::kill, at_a_kill);
    // A round may take longer than what is left of the grace, and that is then less than nothing.
    clock.each_look_takes(7ms);
    clock.at(5s, [&] { wait_until_ended(listens); });
    bool late = false;
    clock.at(15s, [&] {
        late = std::ranges::none_of(pids, was_killed);
        if (!late) return;
        ::kill(by_itself, SIGKILL);  // so that a wait without end has one
        for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    });
    const Endings ended = children.terminate_all(Deadline::after(10s));
    expect(!late, "the children five seconds after the grace", "killed", "waited for", kPastGrace);
    expect_equal(faults.signals_to_nobody(), 0, "signals to a child that was collected before",
                 kPastNumber);
    expect_equal(ended.size(), 5U, "endings that terminate_all reports", kThrownAway);
    const auto own = std::ranges::find(ended, by_itself, &Children::Ended::pid);
    expect(own != ended.end(), "an ending of the child that returned 4", "there", "not there",
           kThrownAway);
    expect_status(own->status, "exit status 4", kForGranted);
}

TEST_CASE("every wait on the way is asked again when it was interrupted") {
    Children children;
    Gate ready[2];
    step("start a child that returns 4 at once, and two that ignore SIGTERM");
    const pid_t first = children.start([] { return 4; });
    for (Gate& gate : ready) children.start([&] { return never_listen(gate); });
    wait_until_ended(first);
    for (Gate& gate : ready) gate.wait();
    step("call terminate_all with no grace; behind each signal five waits are interrupted (EINTR)");
    if_it_hangs(kNoKill);
    Faults faults;
    const std::function<void()> at_a_kill = [&] {
        faults.before(Call::kill, at_a_kill);
        faults.fail(Call::waitpid, EINTR, 5);
    };
    faults.before(Call::kill, at_a_kill);
    Endings ended;
    expect_no_throw([&] { ended = children.terminate_all(Deadline::after({})); },
                    "what terminate_all does", kInterrupted);
    const bool without_first = ended.size() == 2 && ended[0].pid != first && ended[1].pid != first;
    expect_equal(ended.size(), 3U, "endings that terminate_all reports",
                 without_first ? kThrownAway : kInterrupted);
    for (const Children::Ended& child : ended)
        expect_status(child.status,
                      child.pid == first ? "exit status 4" : "killed by signal 9 (Killed)",
                      kInterrupted);
    expect_equal(children.running().size(), 0U, "children in running()", kWrongList);
}

TEST_CASE("who has nobody to end returns at once") {
    Children children;
    step("call terminate_all without a child and with a grace that never ends");
    if_it_hangs(kSleptThrough);
    expect_equal(children.terminate_all(Deadline::never()).size(), 0U, "endings", kThrownAway);
}

TEST_CASE("at the end children of others are left to them") {
    const SignalsAsFound as_found({SIGCHLD});
    step("another part of the program starts a child, which ends; we start one of our own");
    const pid_t other = ::fork();
    if (other == 0) ::_exit(42);
    wait_until_ended(other);
    const pid_t bystander = start_a_bystander();
    Children children;
    const pid_t stolen = children.start([] { return 0; });
    ::waitpid(stolen, nullptr, 0);
    children.start(sleep_for_ever);
    step("call terminate_all; one more child was collected by that other part");
    if_it_hangs(kNoChild);
    if_it_hangs(kNoChild, "does not wait");
    if_it_hangs(kOthers, "waits in wait");
    if_it_crashes(kGroup, "signal 15");
    const Endings ended = terminate_without_throwing(children);
    expect_left_alone(bystander);
    expect(is_zombie(other), "the child of the other part", "there to be collected",
           "collected by us", kOthers);
    expect_equal(ended.size(), 1U, "endings that terminate_all reports", kNoChild);
    expect_equal(children.running().size(), 0U, "children in running()", kNoChild);
    step("another one, whose status the kernel throws away (SIGCHLD is ignored now)");
    Gate ready;
    children.start([&] { return never_listen(ready); });
    ready.wait();
    ::signal(SIGCHLD, SIG_IGN);
    if_it_hangs(kNoChild);
    if_it_hangs(kNoChild, "does not wait");
    expect_no_throw([&] { children.terminate_all(Deadline::after({})); }, "what terminate_all does",
                    kNoChild);
    expect_equal(children.running().size(), 0U, "children in running()", kNoChild);
    expect(is_zombie(other), "the child of the other part", "there to be collected",
           "collected by us, behind SIGKILL", kOthers);
    ::waitpid(other, nullptr, 0);
}

TEST_CASE("a stopped child hears that it shall end") {
    Children children;
    step("start a child that stops, as by Ctrl-Z, and stops again whenever it goes on");
    const pid_t pid = children.start(stop_again_and_again);
    wait_until_at_rest(pid);
    step("call terminate_all with a grace of ten seconds, on a clock that jumps");
    if_it_hangs(kStopped, "is stopped");
    Faults faults;
    FastClock clock;
    // If it has been continued, it is stopped again before the next signal comes.
    const std::function<void()> at_a_kill = [&] {
        faults.before(Call::kill, at_a_kill);
        wait_until_at_rest(pid);
    };
    faults.before(Call::kill, at_a_kill);
    clock.at(5s, [&] { wait_until_at_rest(pid); });
    const Endings ended = children.terminate_all(Deadline::after(10s));
    expect_equal(ended.size(), 1U, "endings that terminate_all reports", kThrownAway);
    expect_each(ended, "killed by signal 15 (Terminated)", kStopped);
}

TEST_CASE("no child is left when its owner goes") {
    Gate ready;
    pid_t pid = -1;
    step("start a child that blocks SIGTERM, and let its Children go out of scope");
    if_it_hangs(kNoKill);
    Faults faults;
    bool asked = false;
    const std::function<void()> at_a_kill = [&] {
        faults.before(Call::kill, at_a_kill);
        asked = asked || was_sent(SIGTERM, pid);
    };
    {
        Children children;
        pid = children.start([&] { return never_answer(ready); });
        ready.wait();
        faults.before(Call::kill, at_a_kill);
    }
    expect_gone(pid);
    step("that is terminate_all with a grace that is over: look what was sent before SIGKILL");
    expect(asked, "SIGTERM to the child", "sent", "not sent", kNoQuestion);
}
