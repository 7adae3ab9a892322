// Lesson 05: what may a handler do? The check never hopes for an unlucky moment: it makes it. A
// signal comes between any two instructions (single_step.hh), at the entry of the very call that is
// to wait (Faults::before), or when /proc says that the process sleeps (watched_wait.hh).

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <thread>

#include "advice.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "shared_memory.hh"
#include "single_step.hh"
#include "watched_wait.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;
using namespace std::chrono_literals;

// Of the address sanitizer: calls `on_malloc` for all memory that is taken.
extern "C" [[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void*, size_t), void (*on_free)(const volatile void*));

namespace {

struct sigaction action_of(int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action;
}

// Before the first signal: without a handler it would end the check.
void expect_handler(int signal) {
    expect(action_of(signal).sa_handler != SIG_DFL, "what the kernel does with the signal",
           "calls a handler", "the default: ends the process", kNoHandler);
}

bool is_blocked(int signal) {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return ::sigismember(&mask, signal) == 1;
}

void do_nothing(int, siginfo_t*, void*) {}

// What the process writes to stdout and stderr while `body` runs in it, or "killed".
std::string output_of(const std::function<void()>& body) {
    Pipe pipe = make_pipe();
    const int status = in_a_process([&] {
        ::dup2(pipe.writing.get(), STDOUT_FILENO);
        ::dup2(pipe.writing.get(), STDERR_FILENO);
        std::setvbuf(stdout, nullptr, _IONBF, 0);
        body();
        return 0;
    });
    if (status != 0) return "killed";
    pipe.writing.reset();
    std::string output(200, '\0');
    output.resize(static_cast<size_t>(
        std::max<ssize_t>(0, ::read(pipe.reading.get(), output.data(), output.size()))));
    return output;
}

int allocations = 0;
bool counting_allocations = false;

int write_to_nobody() {
    Pipe pipe = make_pipe();
    pipe.reading.reset();
    return ::write(pipe.writing.get(), "x", 1) == -1 ? errno : 0;
}

// The next call that may sleep is entered: now `signal` comes.
void raise_before_sleep(Faults& faults, int signal, std::atomic<bool>& done) {
    for (const Call call : {Call::poll, Call::pause, Call::read})
        faults.before(call, [&done, signal] {
            if (!done.exchange(true)) ::raise(signal);
        });
}

void expect_woken(const WatchedWait& wait, const Advice& advice) {
    expect(!wait.missed, "the waiting process", "wakes up", "sleeps, though the signal has come",
           advice);
    expect(wait.killed_by == 0, "the waiting process", "its handler runs",
           "ended by signal " + show(wait.killed_by), kNoHandler);
    expect_equal(wait.result, 1, "what the wait gave (1: the flag is raised)", advice);
}

}  // namespace

TEST_CASE("a flag counts every signal while its handler is there") {
    SignalFlag flag;
    step("make a handler for SIGUSR1");
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    step("raise SIGUSR1 three times");
    for (int times = 0; times < 3; ++times) ::raise(SIGUSR1);
    expect_equal(flag.count(), 3, "the count", kNoCount);
    step("take the count");
    expect_equal(flag.take(), 3, "what take() gave", kNoCount);
    expect_equal(flag.count(), 0, "the count afterwards", kNoCount);
}

TEST_CASE("the end of the scope puts back what was there") {
    step("set a handler of somebody else for SIGUSR1, with flags and a mask");
    struct sigaction theirs {};
    theirs.sa_sigaction = do_nothing;
    theirs.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigemptyset(&theirs.sa_mask);
    ::sigaddset(&theirs.sa_mask, SIGTERM);
    ::sigaction(SIGUSR1, &theirs, nullptr);
    step("make a handler for SIGUSR1, and end its scope");
    SignalFlag flag;
    { const ScopedSignalHandler handler(SIGUSR1, flag); }
    const struct sigaction after = action_of(SIGUSR1);
    expect(after.sa_sigaction == do_nothing, "the handler afterwards", "the one of before",
           after.sa_handler == SIG_DFL ? "the default" : "another one", kNotRestored);
    expect((after.sa_flags & (SA_SIGINFO | SA_RESTART)) == (SA_SIGINFO | SA_RESTART) &&
               ::sigismember(&after.sa_mask, SIGTERM) == 1,
           "its flags and its mask", "as before", "changed", kNotRestored);
    step("the same for SIGUSR2, which is ignored");
    ::signal(SIGUSR2, SIG_IGN);
    { const ScopedSignalHandler handler(SIGUSR2, flag); }
    expect(action_of(SIGUSR2).sa_handler == SIG_IGN, "SIGUSR2 afterwards", "ignored", "not ignored",
           kNotRestored);
}

TEST_CASE("handlers nest") {
    SignalFlag outer;
    SignalFlag inner;
    step("make an outer handler, and inside its scope an inner one");
    const ScopedSignalHandler outer_handler(SIGUSR1, outer);
    expect_handler(SIGUSR1);
    {
        const ScopedSignalHandler inner_handler(SIGUSR1, inner);
        ::raise(SIGUSR1);
    }
    step("after the inner scope raise SIGUSR1 twice more");
    expect_handler(SIGUSR1);
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    expect_equal(inner.count(), 1, "the count of the inner flag", kNotRestored);
    expect_equal(outer.count(), 2, "the count of the outer flag", kNotRestored);
}

TEST_CASE("a signal that nobody may handle is refused") {
    step("make a handler for SIGKILL");
    SignalFlag flag;
    int error = 0;
    try {
        const ScopedSignalHandler handler(SIGKILL, flag);
    } catch (const std::system_error& refused) {
        error = refused.code().value();
    }
    expect_equal(error, EINVAL, "the error thrown as std::system_error (22 is EINVAL)", kUnchecked);
}

TEST_CASE("a handler leaves errno as it was") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    step("raise SIGUSR1 after a call failed with ENOSPC; whatever the handler calls fails too");
    int seen = 0;
    {
        Faults faults;
        for (int call = 0; call < static_cast<int>(Call::kCount); ++call)
            faults.fail(static_cast<Call>(call), EAGAIN, 1000);
        errno = ENOSPC;
        ::raise(SIGUSR1);
        seen = errno;
    }
    expect_equal(seen, ENOSPC, "errno afterwards (28 is ENOSPC, 11 is EAGAIN)", kErrno);
}

TEST_CASE("a handler prints nothing") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    step("raise SIGUSR1 and look at what comes to stdout and stderr");
    const std::string output = output_of([] { ::raise(SIGUSR1); });
    expect_equal(output, std::string(), "what the handler printed", kWork);
}

TEST_CASE("a handler takes no memory") {
    if (__sanitizer_install_malloc_and_free_hooks == nullptr)
        skip("memory can be watched only in a build with the address sanitizer");
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    __sanitizer_install_malloc_and_free_hooks(
        [](const volatile void*, size_t) { allocations += counting_allocations ? 1 : 0; },
        [](const volatile void*) {});
    step("raise SIGUSR1 and count how often memory is taken");
    (void)!::write(-1, "", 0);  // the check's own first call of this kind looks up a name
    counting_allocations = true;
    ::raise(SIGUSR1);
    counting_allocations = false;
    expect_equal(allocations, 0, "how often the handler took memory", kWork);
}

TEST_CASE("a handler may run between any two instructions of another one") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    step("run the handler one instruction at a time, and after each one in another thread");
    if_it_hangs(kWork);
    const Stepped seen =
        step_through({SIGUSR1, [] { ::raise(SIGUSR1); }, [&] { return flag.count(); }});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the handler in the other thread", "comes to its end",
           "waits for something that the first one holds", kWork);
    expect_equal(seen.status, 0, "the wait status of the process that was stepped", kPlain);
    expect_equal(seen.counted, seen.signals + 1, "the count after that many signals", kPlain);
}

TEST_CASE("no signal is lost while the count is taken") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    expect_handler(SIGUSR1);
    step("run take() one instruction at a time, and after each a handler in another thread");
    int taken = 0;
    const Stepped seen =
        step_through({SIGUSR1, [&] { taken = flag.take(); }, [&] { return taken + flag.count(); }});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the handler in the other thread", "comes to its end",
           "waits for something that take() holds", kWork);
    expect_equal(seen.counted, seen.signals, "what was taken and what is left", kPlain);
}

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
    expect_woken(wait, kLostWakeUp);
    expect_equal(board->count_at_end.load(), 2, "the count after the wait", kNoCount);
}

TEST_CASE("a signal between the look and the wait ends the wait") {
    const SharedMemory<WaitBoard> board;
    step("wait, and raise SIGUSR1 exactly when the call that sleeps is entered");
    const auto wait_with = [&](const std::function<void(Faults&)>& plan) {
        return watch_wait(*board, SIGUSR1, [&] {
            const ScopedSignalHandler handler(SIGUSR1, board->flag);
            Faults faults;
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
    step("block SIGUSR1, raise it, and wait without a deadline");
    const WatchedWait wait = watch_wait(*board, SIGUSR1, [&] {
        const ScopedSignalHandler handler(SIGUSR1, board->flag);
        const SignalMask mask({SIGUSR1});
        board->sent = true;
        ::raise(SIGUSR1);
        const bool raised = wait_for_signal(board->flag, Deadline::never());
        board->count_at_end = is_blocked(SIGUSR1) && !is_blocked(SIGTERM) ? 1 : 0;
        return raised ? 1 : 0;
    });
    expect_woken(wait, kShutOut);
    step("look at what is blocked after the wait");
    expect(board->count_at_end == 1, "the mask", "as before the wait: SIGUSR1 and nothing else",
           "changed", kMask);
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
    expect_equal(board->count_at_end.load(), 1, "signals counted when the wait ended", kAnySignal);
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

TEST_CASE("a write to a peer that is gone fails and kills nobody") {
    step("ignore SIGPIPE and write to a pipe that nobody reads");
    const int status = in_a_process([] {
        Gate ignored;
        int seen_in_thread = 0;
        std::thread other([&] {
            ignored.wait();
            seen_in_thread = write_to_nobody();
        });
        ignore_sigpipe();
        const int seen = write_to_nobody();
        ignored.open();
        other.join();
        return seen == EPIPE ? seen_in_thread : seen;
    });
    expect(!WIFSIGNALED(status), "the process", "lives on",
           "ended by signal " + show(WTERMSIG(status)), kPipe);
    expect_equal(WEXITSTATUS(status), EPIPE, "the error of the write (32 is EPIPE)", kPipe);
}
