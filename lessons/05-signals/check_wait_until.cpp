// The deadlines of the waits of lesson 05, by a clock that jumps (fast_clock.hh): not earlier, not
// later, and also where they have been long ago.

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <string>

#include "advice.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;
using namespace std::chrono_literals;

static std::string words_for(std::chrono::microseconds time) {
    return time < 1h ? show(time.count()) + " us"
                     : show(std::chrono::floor<std::chrono::hours>(time).count()) + " hours";
}

TEST_CASE("a deadline that comes between two looks at the clock has come") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const auto expect_late = [&flag](std::chrono::microseconds look,
                                     std::chrono::microseconds time) {
        step("each look takes " + show(look.count()) + " us; wait " + words_for(time));
        const Faults counting;
        FastClock clock;
        clock.each_look_takes(look);
        const Deadline deadline(Deadline::Clock::now() + time);
        expect_no_throw([&] { wait_for_signal(flag, deadline); }, "what the wait does", kBadTime);
        expect(deadline.expired(), "the deadline when the wait has ended", "has come",
               "has not come", kTooEarly);
        // Who counts whole milliseconds, and looks a few times, is not late.
        const std::chrono::microseconds late = 2ms + 18 * look;
        expect(Deadline::Clock::now() - deadline.instant() < late, "the wait's end",
               "at the deadline", show(late.count()) + " us later, or more", kTooLate);
        return counting.calls(Call::poll) + counting.calls(Call::pause);
    };
    for (const std::chrono::microseconds time : {500us, 1500us, 2500us, 3500us})
        expect_late(1ms, time);
    expect_late(50us, 500us);
    // Who is woken by a timer of the kernel sleeps often and shortly by this clock: more than a
    // second would take its time. Forty days are more milliseconds than an int has.
    if (expect_late(50us, 2500us) > 5) return;
    expect_late(50us, 1'200'500us);
    expect_late(50us, 24h * 40);
}

TEST_CASE("a deadline of long ago has come") {
    step("wait until the earliest instant that there is");
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    if_it_hangs(kLongAgo);
    if_it_crashes(kLongAgo, "signed integer overflow");
    const Deadline long_ago(Deadline::Clock::time_point::min());
    expect_equal(wait_for_signal(flag, long_ago), false, "what the wait says", kAnySignal);
}
