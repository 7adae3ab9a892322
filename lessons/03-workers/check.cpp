// Lesson 03's check, first part: the parent's decisions as a table, then what a pool does in good
// days. Real workers, real threads, and clients that know which process serves them. The clock is
// handed in; clients say when they are done.

#include <fcntl.h>

#include <vector>

#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

namespace {

constexpr WorkerLimits kTable{.start_servers = 2,
                              .server_limit = 5,
                              .threads_per_child = 10,
                              .min_spare_threads = 15,
                              .max_spare_threads = 30};

std::string show(const WorkerOrders& orders) {
    return fmt::format("start {}, stop {}", orders.start, orders.stop);
}

void expect_orders(const WorkerCounts& counts, const WorkerOrders& orders, const Advice& advice) {
    const WorkerOrders seen = WorkerPool::decide(kTable, counts, Deadline(kNow), kNow);
    expect(seen == orders, "the decision", show(orders), show(seen), advice);
}

}  // namespace

TEST_CASE("the decision: those to begin with") {
    step("there is nobody, and two are to begin with");
    expect_orders({}, {.start = 2}, kStart);
    step("both were forked and their threads are coming");
    expect_orders({.workers = 2, .serving = 2, .coming_threads = 20}, {}, kForgetsComing);
    step("one of them has died");
    expect_orders({.workers = 1, .serving = 1, .idle_threads = 10}, {.start = 1}, kStart);
}

TEST_CASE("the decision: too few threads wait") {
    step("crews of 10; 15 threads must wait and 15 do");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 15, .busy_threads = 5}, {},
                  kOffByOne);
    step("14 wait: one is missing, and that is one worker");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 14, .busy_threads = 6}, {.start = 1},
                  kOffByOne);
    step("5 wait: ten are missing, and that is one worker");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 5, .busy_threads = 15}, {.start = 1},
                  kOffByOne);
    step("4 wait: eleven are missing, and that is two");
    expect_orders({.workers = 2, .serving = 2, .idle_threads = 4, .busy_threads = 16}, {.start = 2},
                  kOffByOne);
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
    step("five are to begin with, and all 50 threads wait: nobody goes");
    WorkerLimits limits = kTable;
    limits.start_servers = 5;
    const WorkerOrders seen = WorkerPool::decide(
        limits, {.workers = 5, .serving = 5, .idle_threads = 50}, Deadline(kNow), kNow);
    expect(seen == WorkerOrders{}, "the decision", show(WorkerOrders{}), show(seen), kStart);
}

TEST_CASE("the decision: the limit holds") {
    step("all 40 threads are busy; there is room for one worker only");
    expect_orders({.workers = 4, .serving = 4, .busy_threads = 40}, {.start = 1}, kPastTheLimit);
    step("all 50 are busy; there is no room");
    expect_orders({.workers = 5, .serving = 5, .busy_threads = 50}, {}, kPastTheLimit);
    step("three of five are ending, but they are still there");
    expect_orders({.workers = 5, .serving = 2, .busy_threads = 30}, {}, kPastTheLimit);
}

TEST_CASE("the decision: nobody is started before the back-off has ended") {
    step("there is nobody; the pause has one millisecond to go");
    const Deadline not_before(kNow + 1ms);
    const WorkerOrders before = WorkerPool::decide(kTable, {}, not_before, kNow);
    expect(before.start == 0, "the decision", "start 0", show(before), kForkBomb);
    step("the pause is over");
    const WorkerOrders after = WorkerPool::decide(kTable, {}, not_before, kNow + 1ms);
    expect(after.start == 2, "the decision", "start 2", show(after), kForkBomb);
}

TEST_CASE("workers with crews serve as many clients as there are threads") {
    const Office office;
    const std::ptrdiff_t own_threads = tasks_of(::getpid());
    WorkerPool pool(office.listener(), fixed(2, 3), serve_as_told);
    if_it_hangs(kNoCrew);
    if_it_crashes(kForkAfterThreads);
    step("a pool of 2 workers with 3 threads each: the first look");
    pool.tend(kNow);
    expect_equal(pool.pids().size(), 2U, "workers", kStart);
    expect_equal(tasks_of(::getpid()), own_threads, "threads of the parent", kForkAfterThreads);
    step("six clients come and stay");
    std::map<pid_t, int> clients_of;
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) ++clients_of[clients.emplace_back(enter(office, kNoCrew)).worker];
    expect(!clients_of.contains(::getpid()), "who serves", "workers", "the parent",
           kForkAfterThreads);
    for (const auto& [worker, count] : clients_of)
        expect_equal(count, 3, "clients at once in one worker", kNoCrew);
    step("ask the pool what it has");
    expect_equal(pool.counts().busy_threads, 6U, "busy threads", kNoCrew);
    step("one client leaves, and a seventh takes its thread");
    leave(clients.front(), kNoCrew);
    const Client seventh = enter(office, kNoCrew);
    expect_equal(seventh.worker, clients.front().worker, "the worker that was free", kNoCrew);
}

TEST_CASE("the listener that workers share does not block") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), fixed(4, 2), serve_as_told, ends.events());
    step("make a pool and look at its listener's flags");
    const bool nonblocking = (::fcntl(office.fd().get(), F_GETFL) & O_NONBLOCK) != 0;
    expect(nonblocking, "the shared listener", "O_NONBLOCK", "blocking", kBlockingAccept);
    step("thirty clients, one after the other; each wakes all four workers");
    pool.tend(kNow);
    for (int i = 0; i < 30; ++i) leave(enter(office, kNoCrew), kNoCrew);
    expect_up(pool);
    step("drain: everybody hears it");
    if_it_hangs(kBlockingAccept);
    pool.drain(Deadline::after(3s));
    expect_all_in_good_order(ends, 4);
}
