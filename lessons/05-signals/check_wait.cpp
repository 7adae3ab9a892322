// The waits of lesson 05. A signal comes exactly at the entry of the call that is to wait
// (Faults::before), or when /proc says that the process sleeps (watched_wait.hh).

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <functional>

#include "advice.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/shared_memory.hh"
#include "mask.hh"
#include "watched_wait.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;
using namespace std::chrono_literals;

namespace {

// The next call that may sleep is entered: now `signal` comes.
void raise_before_sleep(Faults& faults, int signal, std::atomic<bool>& done) {
    for (const Call call : {Call::poll, Call::pause, Call::read})
        faults.before(call, [&done, signal] {
            if (!done.exchange(true)) ::raise(signal);
        });
}

// The story of every wait that must end because its signal came.
void expect_woken(const WatchedWait& wait, const Advice& advice) {
    expect(wait.thrown.empty(), "what the wait does", "no exception", "exception: " + wait.thrown,
           kBadTime);
    expect(!wait.missed, "the waiting process", "wakes up", "sleeps, though the signal has come",
           advice);
    expect(wait.killed_by == 0, "the waiting process", "its handler runs",
           "ended by signal " + show(wait.killed_by), kNoHandler);
    expect_equal(wait.result, 1, "what the wait gave (1: the flag is raised)", advice);
}

}  // namespace

// 0: interrupted; 1: the read ended because a byte came.
static WatchedWait read_with_signal(int flags) {
    const SharedMemory<WaitBoard> board;
    Pipe pipe = make_pipe();
    return watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag, flags);
        char byte = 0;
        return ::read(pipe.reading.get(), &byte, 1) == -1 && errno == EINTR ? 0 : 1;
    });
}

TEST_CASE("a signal interrupts a read unless SA_RESTART was asked for") {
    step("a process reads an empty pipe; send it SIGUSR1");
    const WatchedWait without = read_with_signal(0);
    expect(without.killed_by == 0, "the process", "its handler runs", "ended by the signal",
           kNoHandler);
    expect(without.returned && without.result == 0, "the read", "fails with EINTR",
           "goes on as if nothing had happened", kRestart);
    step("the same, with SA_RESTART asked for");
    const WatchedWait with = read_with_signal(SA_RESTART);
    expect(with.missed, "the read", "goes on", "ends with EINTR: the flags were not used",
           kRestart);
}

TEST_CASE("a signal that came before the wait ends it at once") {
    const SharedMemory<WaitBoard> board;
    step("raise SIGUSR1 twice, then wait without a deadline");
    const WatchedWait wait = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        board->sent = true;
        ::raise(SIGUSR1);
        ::raise(SIGUSR1);
        const bool raised = wait_for_signal(board->flag, Deadline::never());
        board->count_at_end = board->flag.count();
        return raised ? 1 : 0;
    });
    expect_woken(wait, kLooksLate);
    expect_equal(board->count_at_end.load(), 2, "the count after the wait", kNoCount);
}

TEST_CASE("a signal that has come counts also when the deadline has come") {
    step("raise SIGUSR1, then wait until an instant that has passed");
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    ::raise(SIGUSR1);
    if_it_hangs(kLooksLate);
    const Mask before = mask_now();
    expect_equal(wait_for_signal(flag, Deadline::after({})), true, "what the wait says",
                 kDeadlineFirst);
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    step("wait the same again without a signal");
    flag.take();
    if_it_hangs(kNoDeadline);
    expect_equal(wait_for_signal(flag, Deadline::after({})), false, "what the wait says",
                 kDeadlineFirst);
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
}

TEST_CASE("a signal between the look and the wait ends the wait") {
    const SharedMemory<WaitBoard> board;
    step("wait, and raise SIGUSR1 exactly when the call that sleeps is entered");
    const auto wait_with = [&](const std::function<void(Faults&)>& plan) {
        return watch_wait(*board, SIGUSR1, [&] {
            const ScopedSignalHandler handler(SIGUSR1, board->flag);
            Faults faults;
            // Who looks every ten milliseconds has missed it, too.
            faults.time_stands_still(Call::poll);
            plan(faults);
            return wait_for_signal(board->flag, Deadline::never()) ? 1 : 0;
        });
    };
    expect_woken(
        wait_with([&](Faults& faults) { raise_before_sleep(faults, SIGUSR1, board->sent); }),
        kLostWakeUp);
    step("again, and raise SIGUSR1 exactly when the signals are about to be blocked");
    board->flag.take();
    board->sent = false;
    expect_woken(wait_with([&](Faults& faults) {
                     faults.before(Call::sigmask, [&] {
                         board->sent = true;
                         ::raise(SIGUSR1);
                     });
                 }),
                 kLostWakeUp);
}

TEST_CASE("a signal that is blocked and pending is let in by the wait") {
    const SharedMemory<WaitBoard> board;
    const SharedMemory<std::atomic<bool>> mask_kept;
    step("block SIGUSR1, raise it, and wait without a deadline");
    const WatchedWait wait = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        const SignalMask mask({SIGUSR1});
        const Mask before = mask_now();
        board->sent = true;
        ::raise(SIGUSR1);
        const bool raised = wait_for_signal(board->flag, Deadline::never());
        board->count_at_end = board->flag.count();
        mask_kept->exchange(mask_now() == before);
        return raised ? 1 : 0;
    });
    expect_woken(wait, kShutOut);
    expect_equal(board->count_at_end.load(), 1, "what the flag had counted when the wait ended",
                 kPastItsHandler);
    step("look at what is blocked after the wait");
    expect(*mask_kept, "the mask", "as before the wait: SIGUSR1 and nothing else", "changed",
           kMask);
}

TEST_CASE("another signal does not end the wait") {
    const SharedMemory<WaitBoard> board;
    step("wait for SIGUSR1; when the wait sleeps SIGUSR2 comes and only then SIGUSR1");
    const WatchedWait wait = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        const ScopedSignalHandler other_handler(SIGUSR2, board->other);
        std::atomic<bool> other_sent = false;
        Faults faults;
        raise_before_sleep(faults, SIGUSR2, other_sent);
        const bool raised = wait_for_signal(board->flag, Deadline::never());
        board->count_at_end = board->flag.count();
        return raised ? 1 : 0;
    });
    expect_woken(wait, kAnySignal);
    expect_equal(board->count_at_end.load(), 1, "signals counted when the wait ended",
                 board->sent ? kPastItsHandler : kAnySignal);
    expect_equal(board->other_asleep.load(), 1, "SIGUSR2 counted while the wait went on",
                 kHeldBack);
    constexpr int kInterruptions = 1000;
    step("the same after a thousand interruptions; SIGUSR1 comes when the wait sleeps again");
    board->flag.take();
    board->sent = false;
    const WatchedWait often = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        Faults faults;
        for (const Call call : {Call::poll, Call::pause}) faults.fail(call, EINTR, kInterruptions);
        return wait_for_signal(board->flag, Deadline::never()) ? 1 : 0;
    });
    expect_woken(often, kAnySignal);
}

TEST_CASE("the mask is given back on every way out") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGTERM});
    const Mask before = mask_now();
    step("wait for a signal that has come");
    ::raise(SIGUSR1);
    if_it_hangs(kLostWakeUp);
    wait_for_signal(flag, Deadline::never());
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    step("wait until an instant that has passed");
    flag.take();
    wait_for_signal(flag, Deadline::after(-1s));
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    step("wait two milliseconds");
    const Deadline soon = Deadline::after(2ms);
    expect(!wait_for_signal(flag, soon), "what the wait gave", "false", "true", kAnySignal);
    expect(soon.expired(), "the deadline when the wait has ended", "has come", "has not come",
           kTooEarly);
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    step("the kernel refuses the wait (ENOMEM)");
    {
        Faults faults;
        for (const Call call : {Call::poll, Call::pause}) faults.fail(call, ENOMEM, 1);
        try {
            wait_for_signal(flag, Deadline::after(2ms));
        } catch (const std::exception&) {
        }
    }
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
}

TEST_CASE("a deadline that is far away is waited for") {
    const SharedMemory<WaitBoard> board;
    step("wait with forty days to go; when the wait sleeps SIGUSR1 comes");
    const WatchedWait wait = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        const bool raised = wait_for_signal(board->flag, Deadline::after(24h * 40));
        board->count_at_end = board->flag.count();
        return raised ? 1 : 0;
    });
    const auto expect_true = [](const WatchedWait& seen) {
        expect(seen.result != 0, "what the wait gave", "true, when the signal had come",
               "false, before anything had come", kTooEarly);
        expect_woken(seen, kLostWakeUp);
    };
    expect_true(wait);
    step("wait without a deadline; if its sleep has an end, that has come three times");
    board->flag.take();
    board->sent = false;
    expect_true(watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        Faults faults;
        for (const Call call : {Call::poll, Call::pause}) faults.expire(call, 3);
        return wait_for_signal(board->flag, Deadline::never()) ? 1 : 0;
    }));
}

TEST_CASE("the wait sleeps") {
    const SharedMemory<WaitBoard> board;
    step("wait in a process of its own, without a deadline, and look at what it does");
    const pid_t pid = waymark::daemon::check(::fork(), "fork");
    if (pid == 0) {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        wait_for_signal(board->flag, Deadline::never());
        ::_exit(0);
    }
    const Waiting waiting = how_it_waits(pid);
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
    }
    expect(waiting != Waiting::busy, "the waiting process", "sleeps",
           "uses the processor all the time", kBusyWait);
    step("wait a fifth of a second for nothing, and count the calls that sleep");
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const Faults counting;
    wait_for_signal(flag, Deadline::after(200ms));
    const int calls = counting.calls(Call::poll) + counting.calls(Call::pause);
    expect(calls <= 30, "calls until the deadline", "a few", show(calls), kBusyWait);
}

static std::atomic<int> ticks = 0;

TEST_CASE("the wait ends at its deadline also when it is interrupted all the time") {
    constexpr int kManyTicks = 300;
    constexpr int kEndless = 2;
    step("wait with a deadline that has come already");
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    if_it_hangs(kStartsAnew);
    expect(!wait_for_signal(flag, Deadline::after(-1s)), "what the wait gave", "false", "true",
           kAnySignal);
    step("wait 20 ms while a timer sends SIGALRM every millisecond");
    const int status = in_a_process([&] {
        struct sigaction tick {};
        tick.sa_handler = [](int) {
            if (++ticks == kManyTicks) ::_exit(kEndless);
        };
        ::sigaction(SIGALRM, &tick, nullptr);
        const itimerval every_millisecond{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &every_millisecond, nullptr);
        return wait_for_signal(flag, Deadline::after(20ms)) ? 1 : 0;
    });
    const int result = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    expect(result != kEndless, "the wait", "ends after 20 ms", "goes on after 300 interruptions",
           kStartsAnew);
    expect_equal(result, 0, "what the wait gave (0: the deadline came)", kAnySignal);
}
