// What the children of this check do when they are asked to end, and how their parent is looked at
// meanwhile.

#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/01-processes/advice_end.hh"
#include "lessons/01-processes/collecting.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

// What a parent that sleeps while it waits needs of the processor is a tenth of this.
inline constexpr std::chrono::milliseconds kAtMostAwake{150};

// From now on SIGTERM stays pending. By the system's calls alone: daemon/signals is written in
// lesson 05.
inline sigset_t block_asking() {
    sigset_t asked;
    ::sigemptyset(&asked);
    ::sigaddset(&asked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    return asked;
}

inline void wait_until_asked(Gate& ready) {
    const sigset_t asked = block_asking();
    ready.open();
    int signal = 0;
    ::sigwait(&asked, &signal);
}

// Of who is to end in good order: 5, or 6 if it was asked a second time meanwhile.
inline int result_when_asked() {
    sigset_t pending;
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGTERM) == 1 ? 6 : 5;
}

// Until the parent sleeps at so many looks in a row. A busy machine may keep it from a processor
// for as long as it likes: that is no sleep. One that asks again and again never sleeps for long,
// and is given up when it has used the processor.
inline void let_the_parent_sleep(int looks) {
    const pid_t parent = ::getppid();
    const auto before = processor_time(parent);
    for (int quiet = 0; quiet < looks;) {
        quiet = process_state(parent) == 'R' ? 0 : quiet + 1;
        if (processor_time(parent) - before > 2 * kAtMostAwake) break;
        ::poll(nullptr, 0, 1);
    }
}

// Says that it is ready, and when it is asked to end, finishes its work and returns 5. The work is
// long enough that a SIGKILL on the heels of SIGTERM would interrupt it, also where a busy machine
// holds the parent up between the two: it begins when the parent waits.
inline int end_when_asked(Gate& ready) {
    constexpr int kWorkMilliseconds = 60;
    constexpr int kQuietLooks = 10;
    wait_until_asked(ready);
    let_the_parent_sleep(kQuietLooks);
    ::poll(nullptr, 0, kWorkMilliseconds);
    return result_when_asked();
}

// The same, after `before` has ended and its parent, if that has woken it, sleeps again.
inline int end_after(pid_t before, Gate& ready) {
    wait_until_asked(ready);
    wait_until_ended(before);
    constexpr int kQuietLooks = 30;
    let_the_parent_sleep(kQuietLooks);
    return result_when_asked();
}

// Is asked and does not hear it: the SIGTERM that was sent is to be seen from outside.
inline int never_answer(Gate& ready) {
    block_asking();
    ready.open();
    return sleep_for_ever();
}

inline int never_listen(Gate& ready) {
    ::signal(SIGTERM, SIG_IGN);
    ready.open();
    return sleep_for_ever();
}

// The same, but when somebody opens `go` it ends by itself, with 4.
inline int never_listen_until(Gate& go, Gate& ready) {
    ::signal(SIGTERM, SIG_IGN);
    ready.open();
    return go.wait() ? 4 : 0;
}

// Stops, and stops again whenever it goes on. A SIGTERM that waits for it comes before that.
inline int stop_again_and_again() {
    ::signal(SIGCONT, [](int) { ::raise(SIGSTOP); });
    ::raise(SIGSTOP);
    return sleep_for_ever();
}

// Until it has ended or is stopped, in a wait that takes no time of a FastClock.
inline void wait_until_at_rest(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WSTOPPED | WNOWAIT);
}

// Ignores that it is asked to end, and says so if its parent then sleeps on: by looks, so that one
// that waits for a processor is not taken for one that sleeps.
inline int never_listen_but_look(Gate& ready, const Fd& told) {
    constexpr int kLooks = 200;
    wait_until_asked(ready);
    for (int asleep = 0; asleep < kLooks; ++asleep) {
        if (process_state(::getppid()) != 'S') asleep = 0;
        ::poll(nullptr, 0, 1);
    }
    (void)!::write(told.get(), "sleeps on", 9);
    return sleep_for_ever();
}

// Somebody of our process group who was not started by start(). No signal reaches it, so that each
// that was sent is still to be seen.
inline pid_t start_a_bystander() {
    Gate ready;
    const pid_t pid = ::fork();
    if (pid != 0) {
        ready.wait();
        return pid;
    }
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ready.open();
    return sleep_for_ever();
}

inline void expect_left_alone(pid_t bystander) {
    const std::string pending = status_line(bystander, "ShdPnd");
    ::kill(bystander, SIGKILL);
    ::waitpid(bystander, nullptr, 0);
    expect(pending == "0000000000000000", "a process of our group that is no child of ours",
           "left alone", pending.empty() ? "killed" : "signalled, too", kGroup);
}

inline void expect_gone(pid_t pid) {
    if (process_state(pid) == '\0') return;
    const Advice& advice = why_still_there(pid);
    fail("the child in /proc", "gone", is_zombie(pid) ? "a zombie" : "still running", advice);
}

// Whether this signal has been sent to it and has had no effect yet.
inline bool was_sent(int signal, pid_t pid) {
    const unsigned long long bit = 1ULL << (signal - 1);
    for (const char* pending : {"SigPnd", "ShdPnd"})
        if ((std::strtoull(status_line(pid, pending).c_str(), nullptr, 16) & bit) != 0) return true;
    return false;
}

// Whether SIGKILL has been sent to it, if it has come so far or not.
inline bool was_killed(pid_t pid) {
    const char state = process_state(pid);
    return state == '\0' || state == 'Z' || state == 'X' || was_sent(SIGKILL, pid);
}

inline long sleeps_so_far() {
    return std::atol(status_line(::getpid(), "voluntary_ctxt_switches").c_str());
}

// One that was given no time died of SIGKILL; one that died of something else was not asked to end.
inline Causes why_killed(const Children::Ended& child, const Causes& otherwise) {
    if (child.status.exited() && child.status.code() == 6) return kAskedAgain;
    const bool asked = !child.status.killed() || child.status.signal() == SIGKILL;
    const bool in_time = otherwise.all().back().misconception == kNoGrace.misconception;
    return in_time && !asked ? Causes(kAskedOtherwise) : otherwise;
}

// Of children that were killed, and what their parent slept in was interrupted: are they given the
// time for it if nothing interrupts?
inline Causes why_without_grace(const Endings& ended) {
    const auto killed = [](const Children::Ended& one) { return one.status.killed(); };
    if (std::ranges::none_of(ended, killed)) return kNoGrace;
    Children again;
    Gate ready;
    again.start([&] { return end_when_asked(ready); });
    ready.wait();
    const Endings without = again.terminate_all(daemon::Deadline::never());
    return std::ranges::any_of(without, killed) ? kNoGrace : kSleepIsEnd;
}

inline void expect_each(const Endings& ended, std::string_view expected, const Causes& advice) {
    for (const Children::Ended& child : ended)
        expect(child.status.describe() == expected, "how the child ended", expected,
               child.status.describe(), why_killed(child, advice));
}

// Of children one of which somebody else has collected: of that one waitpid(2) says ECHILD, and
// kill(2) ESRCH.
inline Endings terminate_without_throwing(Children& children) {
    Endings ended;
    const Advice* cause = &kNoChild;
    std::string thrown;
    try {
        ended = children.terminate_all(daemon::Deadline::never());
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::no_such_process) cause = &kNobodyThere;
        thrown = error.what();
    } catch (const std::exception& other) {
        thrown = other.what();
    }
    expect(thrown.empty(), "what terminate_all does", "no exception", "exception: " + thrown,
           *cause);
    return ended;
}

}  // namespace waymark::course::check
