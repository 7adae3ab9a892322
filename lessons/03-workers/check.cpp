// Lesson 03's check, first part: the parent's decisions as a table. The clock is handed in.

#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

namespace {

constexpr WorkerLimits kTable{.start_servers = 2,
                              .server_limit = 5,
                              .threads_per_child = 10,
                              .min_spare_threads = 15,
                              .max_spare_threads = 30};

constexpr Deadline kNoPause{kNow - 1s};

std::string show(const WorkerOrders& orders) {
    return fmt::format("start {}, stop {}", orders.start, orders.stop);
}

void expect_orders(const WorkerCounts& counts, const WorkerOrders& orders, const Advice& advice) {
    const WorkerOrders seen = WorkerPool::decide(kTable, counts, kNoPause, kNow);
    expect(seen == orders, "the decision", show(orders), show(seen), advice);
}

// As many threads wait in each of these: is another number of workers started for each?
const Advice& unless_by_the_busy(const Advice& otherwise) {
    const auto started = [](unsigned busy) {
        const WorkerCounts counts{
            .workers = 3, .serving = 2, .idle_threads = 10, .busy_threads = busy};
        return WorkerPool::decide(kTable, counts, kNoPause, kNow).start;
    };
    return started(0) == started(10) && started(10) == started(20) ? otherwise : kBusySpare;
}

}  // namespace

TEST_CASE("the decision: those to begin with") {
    step("there is nobody, and two are to begin with");
    const WorkerOrders first = WorkerPool::decide(kTable, {}, kNoPause, kNow);
    expect_orders({}, {.start = 2},
                  first.start == 4  ? kAddedUp
                  : first.start > 2 ? kOffByOne
                                    : kStart);
    step("both were forked and their threads are coming");
    expect_orders({.workers = 2, .serving = 2, .coming_threads = 20}, {}, kForgetsComing);
    step("one of them has died");
    const WorkerCounts one{.workers = 1, .serving = 1, .idle_threads = 10};
    const unsigned started = WorkerPool::decide(kTable, one, kNoPause, kNow).start;
    expect_orders(one, {.start = 1}, started > 2 ? kBelowZero : kStart);
    step("nobody need wait: one of two was told to end, or is not there");
    WorkerLimits no_spare = kTable;
    no_spare.min_spare_threads = 0;
    for (const unsigned workers : {2U, 1U}) {
        const WorkerOrders seen = WorkerPool::decide(
            no_spare, {.workers = workers, .serving = 1, .idle_threads = 10}, kNoPause, kNow);
        const bool taken_for_serving = workers == 2 && seen.start == 0;
        expect(seen == WorkerOrders{.start = 1}, "the decision", "start 1, stop 0", show(seen),
               taken_for_serving ? kEndingServes
               : seen.start > 1  ? kBelowZero
                                 : kStart);
    }
}

TEST_CASE("the decision: too few threads wait") {
    const Advice& rounding = unless_by_the_busy(kOffByOne);
    step("crews of 10; 15 threads must wait and 15 do");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 15, .busy_threads = 5}, {},
                  rounding);
    step("14 wait: one is missing, and that is one worker");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 14, .busy_threads = 6}, {.start = 1},
                  rounding);
    step("5 wait: ten are missing, and that is one worker");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 5, .busy_threads = 15}, {.start = 1},
                  rounding);
    step("4 wait: eleven are missing, and that is two");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 4, .busy_threads = 16}, {.start = 2},
                  rounding);
    step("15 wait; a third worker is ending, with ten clients");
    expect_orders({.workers = 3, .serving = 2, .idle_threads = 15, .busy_threads = 15}, {},
                  rounding);
    step("one of two serves, and all its threads are busy: 15 are missing, and that is two");
    expect_orders({.workers = 1, .serving = 1, .busy_threads = 10}, {.start = 2}, kOneShortage);
    step("none waits, but twenty are coming");
    expect_orders({.workers = 4, .serving = 4, .busy_threads = 20, .coming_threads = 20}, {},
                  kForgetsComing);
}

TEST_CASE("the decision: too many threads wait") {
    step("30 may wait and 30 do");
    expect_orders({.workers = 3, .serving = 3, .idle_threads = 30}, {}, kOffByOne);
    step("31 wait: one worker goes");
    expect_orders({.workers = 4, .serving = 4, .idle_threads = 31, .busy_threads = 9}, {.stop = 1},
                  kOffByOne);
    step("25 wait: 15 would be enough, but up to 30 may");
    expect_orders({.workers = 3, .serving = 3, .idle_threads = 25, .busy_threads = 5}, {},
                  kOffByOne);
    step("50 wait, twenty more than may: one worker goes, and the next look sees what that did");
    const WorkerCounts fifty{.workers = 5, .serving = 5, .idle_threads = 50};
    const unsigned stopped = WorkerPool::decide(kTable, fifty, kNoPause, kNow).stop;
    expect_orders(fifty, {.stop = 1}, stopped == 0 ? kHeldUp : kOneAtATime);
    step("25 wait and ten are coming; 30 may wait");
    expect_orders({.workers = 4, .serving = 4, .idle_threads = 25, .coming_threads = 10}, {},
                  kComingAreIdle);
    step("five are to begin with, and all 50 threads wait: nobody goes");
    WorkerLimits limits = kTable;
    limits.start_servers = 5;
    const WorkerOrders seen = WorkerPool::decide(
        limits, {.workers = 5, .serving = 5, .idle_threads = 50}, kNoPause, kNow);
    expect(seen == WorkerOrders{}, "the decision", show(WorkerOrders{}), show(seen), kStart);
    step("20 wait and 15 may; two are to begin with, and of three workers one is ending");
    limits = kTable;
    limits.max_spare_threads = 15;
    const WorkerOrders with_two = WorkerPool::decide(
        limits, {.workers = 3, .serving = 2, .idle_threads = 20}, kNoPause, kNow);
    expect(with_two == WorkerOrders{}, "the decision", show(WorkerOrders{}), show(with_two),
           kEndingServes);
}

TEST_CASE("the decision: the limit holds") {
    step("one more is needed, and there is room for one");
    expect_orders({.workers = 4, .serving = 4, .idle_threads = 14, .busy_threads = 26},
                  {.start = 1}, kShortOfLimit);
    step("all 40 threads are busy; there is room for one worker only");
    const WorkerCounts forty{.workers = 4, .serving = 4, .busy_threads = 40};
    const unsigned started = WorkerPool::decide(kTable, forty, kNoPause, kNow).start;
    expect_orders(forty, {.start = 1}, started == 0 ? kAllOrNone : kPastTheLimit);
    step("none waits, 45 must, and three more workers have room");
    WorkerLimits many = kTable;
    many.min_spare_threads = 45;
    many.max_spare_threads = 60;
    const WorkerOrders seen =
        WorkerPool::decide(many, {.workers = 2, .serving = 2, .busy_threads = 20}, kNoPause, kNow);
    expect(seen == WorkerOrders{.start = 3}, "the decision", "start 3, stop 0", show(seen),
           seen.start > 3    ? kPastTheLimit
           : seen.start == 0 ? kAllOrNone
                             : kOffByOne);
    step("all 50 are busy; there is no room");
    expect_orders({.workers = 5, .serving = 5, .busy_threads = 50}, {}, kPastTheLimit);
    step("the limit was nine before; now there are nine workers and five may be");
    expect_orders({.workers = 9, .serving = 9, .busy_threads = 90}, {}, kPastTheLimit);
    step("three of five are ending, but they are still there");
    expect_orders({.workers = 5, .serving = 2, .busy_threads = 30}, {}, kPastTheLimit);
}

TEST_CASE("the decision: nobody is started before the back-off has ended") {
    step("there is nobody; the pause has one millisecond to go");
    const Deadline not_before(kNow + 1ms);
    const WorkerOrders before = WorkerPool::decide(kTable, {}, not_before, kNow);
    // Whoever asks the machine's clock is held up by a pause in its future, at whatever `now`.
    const Deadline tomorrow(WorkerPool::Instant::clock::now() + 24h);
    const auto at_end = tomorrow.instant() + 1ms;
    const bool own_clock = WorkerPool::decide(kTable, {}, tomorrow, at_end).start == 0;
    WorkerLimits no_spare = kTable;
    no_spare.min_spare_threads = 0;
    const bool holds_some = WorkerPool::decide(no_spare, {}, not_before, kNow).start == 0;
    expect(before.start == 0, "the decision", "start 0", show(before),
           own_clock    ? kOwnClock
           : holds_some ? kSomeHeldUp
                        : kForkBomb);
    step("the pause is over");
    const WorkerOrders after = WorkerPool::decide(kTable, {}, not_before, kNow + 1ms);
    expect(after.start == 2, "the decision", "start 2", show(after),
           own_clock          ? kOwnClock
           : after.start == 0 ? kPauseOver
                              : kForkBomb);
    step("31 wait; a pause is for starts and holds up no stop");
    const WorkerOrders stop = WorkerPool::decide(
        kTable, {.workers = 4, .serving = 4, .idle_threads = 31}, not_before, kNow);
    expect(stop.stop == 1, "the decision", "stop 1", show(stop), kHeldUp);
}
