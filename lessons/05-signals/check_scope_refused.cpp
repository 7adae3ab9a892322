// What the kernel refuses in lesson 05: a constructor that throws has changed nothing, and what has
// come meanwhile was counted by the flag before.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <system_error>

#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "mask.hh"
#include "refusal.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

// Whether it is held back.
static bool raise_usr1() {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    ::raise(SIGUSR1);
    return ::sigismember(&mask, SIGUSR1) == 1;
}

TEST_CASE("a signal that nobody may handle is refused") {
    step("make a handler for SIGKILL");
    SignalFlag flag;
    int error = 0;
    try {
        const ScopedSignalHandler handler(SIGKILL, flag);
    } catch (const std::system_error& refused) {
        error = refused.code().value();
    } catch (const std::exception& other) {
        fail("what the constructor throws", "std::system_error", other.what(), kOtherException);
    }
    expect_equal(error, EINVAL, "the error thrown as std::system_error (22 is EINVAL)", kUnchecked);
}

TEST_CASE("a number that is no signal is refused") {
    for (const int number : {0, -5, _NSIG, 4711}) {
        step("make a handler for signal " + show(number));
        if_it_crashes(kOutOfTable, "outside a");
        const int status = in_a_process([&] {
            SignalFlag flag;
            errno = ENOSPC;  // of some call before
            return error_of(number, flag);
        });
        expect(!WIFEXITED(status) || WEXITSTATUS(status) != kOther, "what the constructor throws",
               "std::system_error", "another exception", kOtherException);
        expect(WIFEXITED(status) || WTERMSIG(status) != SIGABRT, "what the constructor does",
               "throws std::system_error", "ends the program (SIGABRT, as an assertion does)",
               kOtherException);
        expect(!WIFEXITED(status) || WEXITSTATUS(status) != ENOSPC, "the number that is thrown",
               "22 (EINVAL)", "28 (ENOSPC), which errno was before", kOldNumber);
        expect(WIFEXITED(status) && WEXITSTATUS(status) == EINVAL, "the constructor",
               "throws std::system_error (EINVAL)",
               WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "returns" : "something else",
               kOutOfTable);
    }
}

TEST_CASE("a refusal changes nothing") {
    SignalFlag outer;
    SignalFlag inner;
    step("inside the scope of a handler for SIGUSR1 the kernel refuses another one");
    const ScopedSignalHandler handler(SIGUSR1, outer);
    const Mask before = mask_now();
    int error = 0;
    {
        Faults faults;
        faults.fail(Call::sigaction, ENOMEM, 100);
        error = error_of(SIGUSR1, inner);
    }
    expect(error != kOther, "what the constructor throws", "std::system_error", "another exception",
           kOtherException);
    expect(error != 0, "the constructor", "throws std::system_error", "returns", kUnchecked);
    expect_equal(error, ENOMEM, "the number that is thrown (12 is ENOMEM)", kOtherNumber);
    expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    step("raise SIGUSR1");
    if_it_crashes(kRefusalLeaves);
    ::raise(SIGUSR1);
    expect_equal(inner.count(), 0, "the count of the flag that was refused", kRefusalLeaves);
    expect_equal(outer.count(), 1, "the count of the flag before it", kRefusalLeaves);
    step("the same, and SIGUSR1 comes just before the kernel refuses");
    bool held_back = false;
    {
        Faults faults;
        faults.fail(Call::sigaction, ENOMEM, 100);
        faults.before(Call::sigaction, [&] { held_back = raise_usr1(); });
        error_of(SIGUSR1, inner);
    }
    // Held back until then, it was let in before the flag was put back.
    const Advice& cause = held_back ? kRefusalLeaves : kHalfPair;
    expect_equal(inner.count(), 0, "the count of the flag that was refused", cause);
    expect_equal(outer.count(), 2, "the count of the flag before it", cause);
}

// One call is refused, and no other. Who asks for the old action by a call of its own is refused by
// the next one; who sets something on the way out is heard.
TEST_CASE("a refusal after a question changes nothing") {
    SignalFlag outer;
    SignalFlag inner;
    step("inside the scope of a handler for SIGUSR1 make another one");
    const ScopedSignalHandler handler(SIGUSR1, outer);
    int calls = 0;
    {
        const Faults faults;
        const ScopedSignalHandler allowed(SIGUSR1, inner);
        calls = faults.calls(Call::sigaction);
    }
    for (int asked = 0; asked < calls; ++asked) {
        step("SIGUSR1 comes, and the kernel refuses call " + show(asked + 1) + " of sigaction(2)");
        if_it_crashes(kRefusalLeaves);
        const int already = outer.count();
        int error = 0;
        bool held_back = false;
        {
            Faults faults;
            faults.fail(Call::sigaction, ENOMEM, 1, asked);
            int call = 0;
            const std::function<void()> come = [&] {
                if (call++ == asked)
                    held_back = raise_usr1();
                else
                    faults.before(Call::sigaction, come);
            };
            faults.before(Call::sigaction, come);
            error = error_of(SIGUSR1, inner);
        }
        expect(error != 0, "the constructor", "throws std::system_error", "returns", kUnchecked);
        const Advice& cause = held_back ? kRefusalLeaves : kHalfPair;
        expect_equal(inner.count(), 0, "the count of the flag that was refused", cause);
        expect_equal(outer.count(), already + 1, "the count of the flag before it", cause);
    }
}
