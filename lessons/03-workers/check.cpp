// Lesson 03's check: the parent's decisions as a table, then real workers, real threads, and
// clients that know which process serves them. The clock is handed in; clients say when they are
// done.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "daemon/worker_pool.hh"
#include "daemon/worker_pool_under_test.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;
using namespace std::chrono_literals;

namespace {

const Advice kStart{"not all of those to begin with",
                    "start_servers workers must run from the first look on, and never fewer.",
                    "README.md#not-all-of-those-to-begin-with; daemon/worker_limits.hh"};
const Advice kOffByOne{
    "spare arithmetic off by one child",
    "Threads come and go by whole crews: one missing thread needs one more worker, and a worker "
    "that is stopped takes its whole crew along. Round up, and compare with the bounds themselves.",
    "README.md#spare-arithmetic-off-by-one-child"};
const Advice kForgetsComing{
    "those that are coming are forgotten",
    "A worker that was forked a moment ago has no thread that waits yet. Who does not count its "
    "coming threads starts another worker for them at every look.",
    "README.md#those-that-are-coming-are-forgotten"};
const Advice kPastTheLimit{
    "growing past the limit",
    "server_limit is for processes, also for those that are ending. It is what keeps a flood of "
    "clients from taking all memory.",
    "README.md#growing-past-the-limit"};
const Advice kForkAfterThreads{
    "fork after starting threads",
    "fork(2) copies the thread that calls it and no other. Threads that were started before it "
    "serve in the parent, or nowhere. Start them in the child, in work().",
    "README.md#fork-after-starting-threads; fork(2), NOTES"};
const Advice kNoCrew{"a worker without its whole crew",
                     "Every worker has threads_per_child threads, each of which serves one client "
                     "after the other.",
                     "README.md#a-worker-without-its-whole-crew"};
const Advice kBlockingAccept{
    "shared accept without non-blocking",
    "A client wakes every worker that waits in poll, and one gets it. The others then sleep in "
    "accept and hear of nothing else, above all not of the stop. O_NONBLOCK belongs to the open "
    "file, which all share.",
    "README.md#shared-accept-without-non-blocking; accept(2), O_NONBLOCK in open(2)"};
const Advice kNotReplaced{
    "not replacing a dead worker",
    "reap() tells who has ended; tend() must forget those (bury) and decide with what is left.",
    "README.md#not-replacing-a-dead-worker; wait(2)"};
const Advice kForkBomb{
    "a fork bomb when children die at once",
    "What makes one worker die at birth makes the next one die, too. Tell back_off_ about each "
    "look "
    "that found a failed worker, and start nobody before back_off_.not_before().",
    "README.md#a-fork-bomb-when-children-die-at-once; daemon/back_off.hh"};
const Advice kFailureForSuccess{
    "an end in good order taken for a failure",
    "A worker that has served its share ends with exit status 0. That costs no pause.",
    "README.md#a-fork-bomb-when-children-die-at-once"};
const Advice kForkFails{
    "fork that fails ends the parent",
    "EAGAIN is the system's word for 'not now'. A parent that dies of it takes every client along; "
    "it must try again later, with back-off.",
    "README.md#fork-that-fails-ends-the-parent; fork(2), ERRORS"};
const Advice kHeldPipe{
    "the end of the pipe is held by a sibling",
    "A reader sees the end of a pipe when the last copy of its writing end is closed. A child gets "
    "a copy of every one that its parent holds: close them there first.",
    "README.md#the-end-of-the-pipe-is-held-by-a-sibling; pipe(7)"};
const Advice kCutOff{"a client cut off by the stop",
                     "To drain is to finish what was begun: only the wait for the next client ends "
                     "when the stop is heard.",
                     "README.md#a-client-cut-off-by-the-stop"};
const Advice kShare{
    "the share of clients counted by each thread for itself",
    "max_requests_per_child is for the whole worker, and exact: count under the crew's lock, where "
    "the client is taken.",
    "README.md#the-share-of-clients-is-the-workers"};
const Advice kAcceptError{
    "one client's error ends the worker",
    "ECONNABORTED and EINTR concern one client that is gone or one call that was broken off; "
    "EMFILE passes. The thread waits for the next client (pause_if_exhausted knows which is "
    "which).",
    "README.md#one-clients-error-ends-the-worker; accept(2), ERRORS"};

constexpr WorkerPool::Instant kNow{1000s};
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

// As many as are told, no more and no fewer.
WorkerLimits fixed(unsigned workers, unsigned threads) {
    return {.start_servers = workers,
            .server_limit = workers,
            .threads_per_child = threads,
            .min_spare_threads = 0,
            .max_spare_threads = workers * threads};
}

// A client that is being served; fails the case when nobody serves it.
Client enter(const Office& office, const Advice& advice) {
    Fd socket = office.connect();
    pollfd answered{socket.get(), POLLIN, 0};
    int result = -1;
    while ((result = ::poll(&answered, 1, 4000)) == -1 && errno == EINTR) {
    }
    expect(result == 1, "the client", "served", "nobody serves it", advice);
    Client client{std::move(socket), 0};
    const bool told =
        ::read(client.socket.get(), &client.worker, sizeof client.worker) == sizeof client.worker;
    expect(told, "the client", "served", "hung up on", advice);
    return client;
}

void expect_up(const WorkerPool& pool) {
    if_it_hangs(kNoCrew);
    const bool up = eventually([&] { return pool.counts().coming_threads == 0; });
    expect(up, "the crews", "all threads are up", "some never came", kNoCrew);
}

void leave(const Client& client, const Advice& advice) {
    client.say(kGoodbye);
    const bool answered = client.answer() == kGoodbye;
    expect(answered, "the answer to its last byte", "the same byte", "the end of the connection",
           advice);
}

// The ends of workers, as the pool tells them.
struct Ends {
    std::map<pid_t, std::string> how = {};
    WorkerPool::Events events() {
        return {.on_ended = [this](pid_t worker, ExitStatus status) {
            how[worker] = status.describe();
        }};
    }
    std::string in_words() const {
        std::string words;
        for (const auto& [worker, end] : how) words += (words.empty() ? "" : "; ") + end;
        return words;
    }
};

// A worker that had to be killed never heard the stop; one that ended otherwise did not end well.
const Advice& advice_for(const std::string& end) {
    return end.starts_with("killed by signal 9") ? kHeldPipe : kCutOff;
}

void expect_all_in_good_order(const Ends& ends, std::size_t workers) {
    const auto bad = std::ranges::find_if(
        ends.how, [](const auto& end) { return end.second != "exit status 0"; });
    const bool right = ends.how.size() == workers && bad == ends.how.end();
    expect(right, "how the workers ended", fmt::format("{} times exit status 0", workers),
           ends.in_words(), bad == ends.how.end() ? kNotReplaced : advice_for(bad->second));
}

bool ends_soon(pid_t pid) {
    const Fd process = open_process(pid);
    if (!process) return true;  // ended and collected
    pollfd ended{process.get(), POLLIN, 0};
    return ::poll(&ended, 1, 3000) == 1;
}

void kill_all(const WorkerPool& pool) {
    for (const pid_t pid : pool.pids()) {
        ::kill(pid, SIGKILL);
        wait_until_ended(pid);
    }
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

TEST_CASE("a worker that was killed is replaced") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 1), serve_as_told);
    pool.tend(kNow);
    const std::vector<pid_t> before = pool.pids();
    step("kill -9 one of two workers, and look");
    expect_equal(before.size(), 2U, "workers", kStart);
    ::kill(before[0], SIGKILL);
    wait_until_ended(before[0]);
    pool.tend(kNow + 1s);
    const std::vector<pid_t> after = pool.pids();
    const bool buried = std::ranges::count(after, before[0]) == 0;
    expect(buried, "the killed worker", "not listed any more", "still listed", kNotReplaced);
    expect_equal(after.size(), 2U, "workers", kNotReplaced);
    step("two clients at once");
    const Client first = enter(office, kNotReplaced);
    const Client second = enter(office, kNotReplaced);
    expect(first.worker != second.worker, "the two clients", "in two workers", "in one",
           kNotReplaced);
}

TEST_CASE("workers that die at birth are no fork bomb") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told);
    const Faults counting;
    step("every worker is killed at once; the parent looks once a second for a minute");
    if_it_hangs(kForkBomb);
    for (int second = 0; second <= 60; ++second) {
        pool.tend(kNow + second * 1s);
        kill_all(pool);
    }
    const int forks = counting.calls(Call::fork);
    expect(forks <= 3 * 8, "forks in a minute", "at most 24", show(forks), kForkBomb);
    expect(forks >= 3 * 5, "forks in a minute", "at least 15: nobody is given up", show(forks),
           kNotReplaced);
}

TEST_CASE("a fork that fails is tried again later") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 1), serve_as_told);
    Faults faults;
    faults.fail(Call::fork, EAGAIN, 1, 1);
    step("the second fork fails with EAGAIN");
    expect_no_throw([&] { pool.tend(kNow); }, "tend()", kForkFails);
    expect_equal(pool.pids().size(), 1U, "workers", kForkFails);
    step("the next look");
    pool.tend(kNow + 1s);
    expect_equal(pool.pids().size(), 2U, "workers", kForkFails);
    leave(enter(office, kForkFails), kForkFails);
}

TEST_CASE("a drain lets clients finish and then ends their workers one by one") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told, ends.events());
    pool.tend(kNow);
    step("a client in the middle in each of three workers");
    std::map<pid_t, Client> clients;
    for (int i = 0; i < 3; ++i) {
        Client client = enter(office, kNoCrew);
        clients.emplace(client.worker, std::move(client));
    }
    expect_equal(clients.size(), 3U, "workers with a client", kNoCrew);
    step("drain; one client after the other says its last byte, when the worker before has ended");
    if_it_hangs(kHeldPipe);
    std::map<pid_t, bool> answered;
    std::thread visitor([&] {
        for (const auto& [worker, client] : clients) {
            ::send(client.socket.get(), &kGoodbye, 1, MSG_NOSIGNAL);
            answered[worker] = client.answer() == kGoodbye;
            if (!ends_soon(worker)) return;
        }
    });
    pool.drain(Deadline::after(2s));
    visitor.join();
    for (const auto& [worker, client] : clients)
        expect(answered[worker], "the answer to a client's last byte", "the same byte",
               "the end of the connection", advice_for(ends.how[worker]));
    expect_all_in_good_order(ends, 3);
}

TEST_CASE("a worker ends after its share of clients and is replaced") {
    const Office office;
    Ends ends;
    WorkerLimits limits = fixed(1, 3);
    limits.max_requests_per_child = 4;
    WorkerPool pool(office.listener(), limits, serve_as_told, ends.events());
    for (const auto round : {0s, 1s, 2s}) {
        step("four clients, which is a worker's share; it ends in good order");
        pool.tend(kNow + round);
        expect_equal(pool.pids().size(), 1U, "workers", kFailureForSuccess);
        const pid_t worker = pool.pids()[0];
        for (int i = 0; i < 4; ++i) {
            const Client client = enter(office, kShare);
            expect_equal(client.worker, worker, "who serves", kShare);
            leave(client, kShare);
        }
        expect(ends_soon(worker), "the worker after its fourth client", "ended", "still there",
               kShare);
    }
    step("how they ended");
    pool.tend(kNow + 3s);
    expect_all_in_good_order(ends, 3);
}

TEST_CASE("errors of one client are not the worker's") {
    const Office office;
    Faults faults(7);
    faults.interrupt(Call::poll, 3);
    faults.fail(Call::accept, ECONNABORTED, 3);
    WorkerPool pool(office.listener(), fixed(2, 2), serve_as_told);
    if_it_crashes(kAcceptError);
    step("in each worker, accept says ECONNABORTED three times; poll is interrupted now and then");
    pool.tend(kNow);
    for (int i = 0; i < 6; ++i) leave(enter(office, kAcceptError), kAcceptError);
    step("both workers are still there");
    pool.tend(kNow + 1s);
    expect_equal(pool.pids().size(), 2U, "workers", kAcceptError);
    for (const pid_t pid : pool.pids())
        expect(!is_zombie(pid), "a worker", "alive", "ended", kAcceptError);
}
