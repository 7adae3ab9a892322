// Lesson 05: what may a handler do? The check never hopes for an unlucky moment: it makes it. Here
// is the handler and its scope; check_wait.cpp has the waits. Between any two instructions of a
// handler a signal comes to another thread (single_step.hh).

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <string>
#include <system_error>

#include "action.hh"
#include "advice.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/single_step.hh"
#include "lessons/course/check/surroundings.hh"
#include "refusal.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

// Of the address sanitizer: calls `on_malloc` for all memory that is taken.
extern "C" [[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void*, size_t), void (*on_free)(const volatile void*));

namespace {

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

// Also where there was no handler before.
bool adds_restart() {
    SignalFlag flag;
    const ScopedSignalHandler alone(SIGUSR2, flag);
    return (action_of(SIGUSR2).sa_flags & SA_RESTART) != 0;
}

int allocations = 0;
bool counting_allocations = false;

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
    expect_equal(flag.take(), 3, "what take() gave", kLeavesSome);
    expect_equal(flag.count(), 0, "the count afterwards", kLeavesSome);
    step("take it once more: nothing has come since");
    if_it_hangs(kTakeWaits);
    expect_equal(flag.take(), 0, "what take() gave", kLeavesSome);
    step("raise SIGUSR1, and make a second handler that leads to the same flag");
    ::raise(SIGUSR1);
    {
        const ScopedSignalHandler second(SIGUSR2, flag);
        expect_equal(flag.count(), 1, "the count", kEmptied);
    }
    expect_equal(flag.count(), 1, "the count at the end of the second scope", kEmptied);
}

TEST_CASE("handlers nest") {
    SignalFlag outer;
    SignalFlag inner;
    step("make an outer handler, and inside its scope an inner one");
    const ScopedSignalHandler outer_handler(SIGUSR1, outer, SA_RESTART);
    expect_handler(SIGUSR1);
    const struct sigaction before = action_of(SIGUSR1);
    expect_equal(error_of(SIGUSR1, inner), 0, "what the inner one throws (0: nothing)", kNotNested);
    {
        const ScopedSignalHandler inner_handler(SIGUSR1, inner);
        expect((action_of(SIGUSR1).sa_flags & SA_RESTART) == 0, "sa_flags of the inner handler",
               "its own, without SA_RESTART", "with SA_RESTART",
               adds_restart() ? kRestartAdded : kFlagsPassedOver);
        ::raise(SIGUSR1);
    }
    step("after the inner scope raise SIGUSR1 twice more");
    expect_handler(SIGUSR1);
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    expect_equal(inner.count(), 1, "the count of the inner flag",
                 inner.count() == 3 ? kFlagNotBack : kNotRestored);
    const struct sigaction after = action_of(SIGUSR1);
    const bool its_handler = after.sa_handler == before.sa_handler;
    expect_equal(outer.count(), 2, "the count of the outer flag",
                 its_handler ? kFlagNotBack : kNotRestored);
    expect((before.sa_flags & SA_RESTART) == (after.sa_flags & SA_RESTART),
           "SA_RESTART, which the outer one was given", "still there", "that of the inner one",
           kNotRestored);
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
    if_it_hangs(kWork, "does not wait");  // a lock that is asked for again and again
    const Stepped seen =
        step_through({SIGUSR1, [] { ::raise(SIGUSR1); }, [&] { return flag.count(); }});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the handler in the other thread", "comes to its end",
           "waits for something that the first one holds", kWork);
    expect_equal(seen.status, 0, "the wait status of the process that was stepped", kPlain);
    // To store over what came in between loses some of the others' for each one of the first.
    expect_equal(seen.counted, seen.signals + 1, "the count after that many signals",
                 seen.counted == 1              ? Causes(kNotEveryThread)
                 : seen.counted == seen.signals ? Causes{kTriedOnce, kPlain}
                                                : Causes(kPlain));
}

namespace {

// For a handler, which is given nothing but a number. Its thread takes, or adds one, as it comes.
SignalFlag* shared_flag = nullptr;
std::atomic<int> added = 0;
std::atomic<int> taken_by_other = 0;
std::atomic<bool> below_zero = false;

void take_or_add(int) {
    static unsigned coin = 1;
    coin = coin * 1'103'515'245U + 12'345U;
    if (shared_flag->count() < 0) below_zero = true;
    if ((coin & 0x10000U) != 0) {
        taken_by_other += shared_flag->take();
    } else {
        shared_flag->add_one();
        ++added;
    }
}

}  // namespace

TEST_CASE("a count is taken once also by two at the same time") {
    const SignalsAsFound as_found({SIGUSR2});
    constexpr int kTimes = 16;
    SignalFlag flag;
    shared_flag = &flag;
    ::signal(SIGUSR2, take_or_add);
    step("run take() one instruction at a time; after each another thread takes, too, or adds one");
    int taken = flag.take();
    const auto take_often = [&] {
        for (int turn = 0; turn < kTimes; ++turn) taken += flag.take();
    };
    const auto too_much = [&] {
        return below_zero || flag.count() < 0 ? -1 : taken + taken_by_other + flag.count() - added;
    };
    const Stepped seen = step_through({SIGUSR2, take_often, too_much});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the other thread", "comes to its end",
           "waits for something that take() holds", kWork);
    expect_equal(seen.counted, 0, "what was taken and not added (-1: the count was below 0)",
                 kTakenTwice);
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
