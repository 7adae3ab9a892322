// The scope of a handler in lesson 05: what its beginning and its end change, and what they must
// leave as it was, also when a signal comes in the middle. check_scope_refused.cpp has what the
// kernel refuses.

#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/shared_memory.hh"
#include "lessons/course/check/single_step.hh"
#include "lessons/course/check/surroundings.hh"
#include "mask.hh"
#include "refusal.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

namespace {

// glibc's own, of which sigaction(2) tells nothing.
constexpr int kRestorer = 0x04000000;

int flags_of(int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_flags & ~kRestorer;
}

// Somebody else's handler: what it counts is not lost, it came before or after.
struct Counts {
    std::atomic<int> elsewhere = 0;
    SignalFlag flag;
    int all() const { return elsewhere.load() + flag.count(); }
};
Counts* counts = nullptr;

void set_their_handler() {
    struct sigaction theirs {};
    theirs.sa_handler = [](int) { counts->elsewhere.fetch_add(1); };
    ::sigemptyset(&theirs.sa_mask);
    ::sigaction(SIGUSR1, &theirs, nullptr);
}

// More than a constructor has.
constexpr int kAllSteps = 50'000;

struct Moment {
    const char* name;
    void (Faults::*when)(Call, std::function<void()>);
    Call call;
};

}  // namespace

TEST_CASE("the flags are those that were asked for") {
    for (const int flags : {0, SA_RESTART, SA_NODEFER, SA_NOCLDSTOP}) {
        step("make a handler for SIGUSR1 with sa_flags " + show(flags));
        SignalFlag flag;
        const ScopedSignalHandler handler(SIGUSR1, flag, flags);
        const int seen = flags_of(SIGUSR1);
        const Advice& cause = (seen & ~flags & SA_RESTART) != 0 ? kRestart
                              : (seen & ~flags) != 0            ? kOwnFlags
                                                                : kFlagsPassedOver;
        expect_equal(seen, flags, "sa_flags by the word of the kernel", cause);
        step("raise SIGUSR1, and look again");
        ::raise(SIGUSR1);
        expect_equal(flags_of(SIGUSR1), flags, "sa_flags after the handler has run",
                     kInstallsAgain);
    }
}

TEST_CASE("each signal leads to its own flag") {
    step("make handlers for SIGUSR1, SIGUSR2 and the last real-time signal");
    if_it_crashes(kOneSlot, "outside a");
    SignalFlag first;
    SignalFlag second;
    SignalFlag third;
    const ScopedSignalHandler first_handler(SIGUSR1, first);
    const ScopedSignalHandler second_handler(SIGUSR2, second);
    const int refused = error_of(SIGRTMAX, third);
    expect(refused == 0, "a handler for SIGRTMAX, which is a signal", "made",
           "refused: " + std::system_category().message(refused), kSignalRefused);
    const ScopedSignalHandler third_handler(SIGRTMAX, third);
    step("raise one, two and three of them");
    if_it_crashes(kOneSlot);
    const int signals[] = {SIGUSR1, SIGUSR2, SIGUSR2, SIGRTMAX, SIGRTMAX, SIGRTMAX};
    for (const int signal : signals) ::raise(signal);
    expect_equal(first.count(), 1, "the count of SIGUSR1", kOneSlot);
    expect_equal(second.count(), 2, "the count of SIGUSR2", kOneSlot);
    expect_equal(third.count(), 3, "the count of SIGRTMAX", kOneSlot);
}

// The third one makes a tree turn, and a vector move.
TEST_CASE("a handler finds its flag while another signal gets one") {
    SignalFlag flag;
    SignalFlag others;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const ScopedSignalHandler second(SIGUSR2, others);
    step(
        "beside handlers for SIGUSR1 and SIGUSR2 make one for SIGRTMAX, one instruction at a time; "
        "after each SIGUSR1 comes");
    std::optional<ScopedSignalHandler> third;
    const Stepped seen = step_through({.signal = SIGUSR1,
                                       .act = [&] { third.emplace(SIGRTMAX, others); },
                                       .count = [&] { return flag.count(); },
                                       .most_steps = kAllSteps,
                                       .spare_libraries = true});
    if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
    expect(!seen.locked, "the handler of SIGUSR1", "comes to its end",
           "waits for something that the constructor holds", {kWork, kGrowingTable});
    expect_equal(seen.status, 0, "the wait status of the process", kGrowingTable);
    expect_equal(seen.counted, seen.signals, "the count of SIGUSR1", kGrowingTable);
}

TEST_CASE("a handler that comes when its scope has ended does nothing") {
    step("make a handler for SIGUSR1, and end its scope");
    SignalFlag flag;
    struct sigaction action {};
    {
        const ScopedSignalHandler handler(SIGUSR1, flag);
        ::sigaction(SIGUSR1, nullptr, &action);
    }
    expect(action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN, "the handler", "there",
           "not there", kNoHandler);
    step("now run it, as a thread does that had just begun it");
    if_it_crashes(kLateHandler);
    action.sa_handler(SIGUSR1);
}

TEST_CASE("a scope leaves the mask as it was") {
    for (const bool blocked : {false, true}) {
        step(blocked ? "the same with SIGUSR1 and SIGTERM blocked"
                     : "make a handler for SIGUSR1, and end its scope");
        const SignalMask mask = blocked ? SignalMask({SIGUSR1, SIGTERM}) : SignalMask({});
        const Mask before = mask_now();
        SignalFlag flag;
        {
            const ScopedSignalHandler handler(SIGUSR1, flag);
            expect_equal(mask_now(), before, "the signals that are blocked inside the scope",
                         kMask);
        }
        expect_equal(mask_now(), before, "the signals that are blocked afterwards", kMask);
    }
}

TEST_CASE("a scope lets nothing in that is blocked") {
    const SignalsAsFound as_found({SIGUSR2});
    const SharedMemory<Counts> shared;
    counts = &*shared;
    ::signal(SIGUSR2, [](int) { counts->elsewhere.fetch_add(1); });
    step("block SIGUSR2, raise it, and make a handler for SIGUSR1");
    const SignalMask mask({SIGUSR2});
    ::raise(SIGUSR2);
    {
        const ScopedSignalHandler handler(SIGUSR1, shared->flag);
        expect_equal(shared->elsewhere.load(), 0, "how often SIGUSR2 came in", kWholeMask);
        step("end its scope");
    }
    expect_equal(shared->elsewhere.load(), 0, "how often SIGUSR2 came in", kWholeMask);
}

TEST_CASE("a signal that is pending is delivered after a scope's beginning and its end") {
    const SignalsAsFound as_found({SIGUSR1});
    const SharedMemory<Counts> shared;
    counts = &*shared;
    set_their_handler();
    for (const bool at_the_end : {false, true}) {
        step(at_the_end ? "the same at the end of the scope"
                        : "block SIGUSR1, raise it, make a handler, and let SIGUSR1 in");
        std::optional<ScopedSignalHandler> handler;
        if (at_the_end) handler.emplace(SIGUSR1, shared->flag);
        const int already = shared->all();
        {
            const SignalMask mask({SIGUSR1});
            ::raise(SIGUSR1);
            if (at_the_end)
                handler.reset();
            else
                handler.emplace(SIGUSR1, shared->flag);
        }
        expect_equal(shared->all() - already, 1, "what the handlers counted", kPendingLost);
    }
}

TEST_CASE("a signal in the middle of a scope's beginning or end finds a whole pair") {
    const SignalsAsFound as_found({SIGUSR1});
    const SharedMemory<Counts> shared;
    counts = &*shared;
    for (const bool at_the_end : {false, true}) {
        for (const Moment& moment :
             {Moment{"before sigaction", &Faults::before, Call::sigaction},
              Moment{"after sigaction", &Faults::after, Call::sigaction},
              Moment{"before the mask changes", &Faults::before, Call::sigmask},
              Moment{"after the mask has changed", &Faults::after, Call::sigmask}}) {
            step(std::string("raise SIGUSR1 ") + moment.name + ", " +
                 (at_the_end ? "at the end of the scope" : "at its beginning"));
            if_it_crashes(kHalfPair);
            set_their_handler();
            const int already = shared->all();
            bool raised = false;
            {
                std::optional<Faults> faults;
                const auto plan = [&] {
                    faults.emplace();
                    ((*faults).*moment.when)(moment.call, [&] {
                        raised = true;
                        ::raise(SIGUSR1);
                    });
                };
                if (!at_the_end) plan();
                std::optional<ScopedSignalHandler> handler(std::in_place, SIGUSR1, shared->flag);
                if (at_the_end) plan();
                handler.reset();
            }
            if (raised)
                expect_equal(shared->all() - already, 1,
                             "what the two handlers counted of one signal", kHalfPair);
        }
    }
}

// Each of these handlers runs to its end while the scope's thread stands still, so that none is in
// the middle of it when the scope ends.
TEST_CASE("no signal of another thread is lost at the beginning or the end of a scope") {
    const SignalsAsFound as_found({SIGUSR1});
    const SharedMemory<Counts> shared;
    counts = &*shared;
    // The first calls of all look up names, which takes thousands of instructions.
    { const ScopedSignalHandler once(SIGUSR1, shared->flag); }
    set_their_handler();
    std::optional<ScopedSignalHandler> handler;
    const auto expect_all = [&](const std::function<void()>& act) {
        const int already = shared->all();
        const Stepped seen = step_through({.signal = SIGUSR1,
                                           .act = act,
                                           .count = [&] { return shared->all() - already; },
                                           .most_steps = kAllSteps,
                                           .spare_libraries = true});
        if (!seen.possible) skip("this system does not let a process trace its child (ptrace)");
        expect(!seen.locked, "the handler in the other thread", "comes to its end",
               "waits for something that the first thread holds", kWork);
        expect_equal(seen.counted, seen.signals, "what the handlers before and after counted",
                     kHalfPair);
    };
    step("make a handler one instruction at a time; after each another thread gets SIGUSR1");
    expect_all([&] { handler.emplace(SIGUSR1, shared->flag); });
    step("the same at the end of its scope");
    handler.emplace(SIGUSR1, shared->flag);
    expect_all([&] { handler.reset(); });
}
