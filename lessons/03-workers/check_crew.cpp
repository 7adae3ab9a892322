// Lesson 03's check, third part: what a worker's crew does among itself, what the worker makes of
// errors, and when it has had enough. Clients ask their threads what only those can see.

#include <vector>

#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/threads.hh"
#include "threads_of_workers.hh"
#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

TEST_CASE("a crew without clients sleeps") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 2), serve_as_told);
    pool.tend(kNow);
    expect_up(pool);
    step("watch two workers that have nothing to do, for a moment");
    expect(rest(threads_of(pool)), "the threads of the workers", "asleep",
           "one is awake again and again", kAsking);
}

TEST_CASE("one thread of a crew waits and accepts at a time") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 3), serve_as_told);
    Pipe told = make_pipe();
    Faults faults;
    // In the worker, when a thread is about to accept, and is not counted yet: one that was given
    // the turn is running now, and comes to accept as well; those that wait for it sleep on.
    faults.before(Call::accept, [&] {
        const auto sleeps_or_is_this = [](pid_t thread) {
            return thread == ::gettid() || asleep(thread);
        };
        settles([&] {
            return faults.calls(Call::accept) > 0 ||
                   std::ranges::all_of(threads_now(), sleeps_or_is_this);
        });
        const char seen = faults.calls(Call::accept) == 0 ? 'n' : 'y';
        (void)!::write(told.writing.get(), &seen, 1);
    });
    step("a worker with three threads; nobody comes");
    pool.tend(kNow);
    expect_up(pool);
    const std::vector<pid_t> threads = threads_of(pool);
    soon([&] { return polling(threads) > 0 && std::ranges::all_of(threads, asleep); });
    expect_equal(polling(threads), 1, "threads that wait in poll", kTurn);
    step("a client comes; a thread that is about to accept is held for a moment");
    leave(enter(office, kNoCrew), kNoCrew);
    char another = 'n';
    (void)!::read(told.reading.get(), &another, 1);
    expect(another == 'n', "threads that came to accept meanwhile", "none", "another one", kTurn);
}

TEST_CASE("a slot is cleared before its worker is started") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 2), serve_as_told);
    Faults faults;
    faults.after(Call::fork, [] {
        const std::vector<pid_t> workers = children_of(::getpid());
        soon([&] {
            const std::vector<pid_t> threads = threads_of(workers.at(0));
            return polling(threads) == 1 && std::ranges::all_of(threads, asleep);  // all are there
        });
    });
    step("a worker and its crew are up before fork has returned to its parent");
    pool.tend(kNow);
    const WorkerCounts counts = pool.counts();
    expect(counts.idle_threads == 2, "the worker's threads", "2 idle",
           fmt::format("{} idle, {} coming", counts.idle_threads, counts.coming_threads),
           kClearedLate);
}

TEST_CASE("two clients that come at once are both served") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 2), serve_as_told);
    step("two clients wait before there is a worker");
    Fd first = office.connect();
    Fd second = office.connect();
    pool.tend(kNow);
    const Client one = enter(std::move(first), kDropped);
    const Client other = enter(std::move(second), kDropped);
    leave(one, kDropped);
    leave(other, kDropped);
}

TEST_CASE("what a client makes its thread throw costs this client only") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_and_answer);
    pool.tend(kNow);
    for (const char wish : {kThrow, kThrowNumber}) {
        step(wish == kThrow ? "a client makes its thread throw (the line on stderr is right)"
                            : "another one makes it throw a number");
        const Client client = enter(office, kThrows);
        say(client, wish, kThrows);
        client.answer();
        step("the next client comes to the same worker");
        const Client next = enter(office, kThrows);
        expect_equal(next.worker, client.worker, "who serves", kThrows);
        leave(next, kThrows);
    }
}

// No clock decides for a right program: two pauses take as long as they take, or longer.
TEST_CASE("a worker without descriptors to spare makes a pause") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 2), serve_as_told);
    Fd waiting = office.connect();
    Faults faults;
    faults.fail(Call::accept, EMFILE, 2);
    step("a client waits, and accept says EMFILE twice");
    const auto before = std::chrono::steady_clock::now();
    pool.tend(kNow);
    const Client client = enter(std::move(waiting), kAcceptError);
    const auto took = std::chrono::steady_clock::now() - before;
    expect(took >= 150ms, "two pauses of a tenth of a second", "made", "not made", kExhausted);
    leave(client, kAcceptError);
}

TEST_CASE("a worker too many is told to end and has its grace for it") {
    const Office office;
    Ends ends;
    const WorkerLimits limits{.start_servers = 1,
                              .server_limit = 2,
                              .threads_per_child = 4,
                              .min_spare_threads = 1,
                              .max_spare_threads = 5};
    WorkerPool pool(office.listener(), limits, serve_and_answer, ends.events());
    pool.tend(kNow);
    step("four clients take all threads of the one worker, so that a second one is started");
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(enter(office, kNoCrew));
    if_it_hangs(kTendWaits, "WorkerPool::tend");
    pool.tend(kNow + 1s);
    expect_equal(pool.pids().size(), 2U, "workers", kFailureForSuccess);
    expect_up(pool);
    clients.push_back(enter(office, kNoCrew));
    step("one client stays in each; six threads wait, five may: the parent looks");
    for (int i = 0; i < 3; ++i) leave(clients[static_cast<std::size_t>(i)], kNoCrew);
    soon([&] { return pool.counts().idle_threads == 6; });
    pool.tend(kNow + 2s);
    const unsigned serving = pool.counts().serving;
    expect_equal(serving, 1U, "workers that take clients",
                 serving == 2 ? kNotCarriedOut : kOneAtATime);
    step("the one that was told has its grace now, and its client is served to the end");
    const std::vector<const Client*> two{&clients[3], &clients[4]};
    const auto grace_runs = [&] {
        return std::ranges::any_of(
            two, [](const Client* each) { return ask(*each, kGraceRuns, kCutOff) == 1; });
    };
    expect(soon(grace_runs), "the alarm of the worker that was told", "runs", "was not set",
           kNotLeft);
    for (const Client* each : two) leave(*each, kCutOff);
    soon([&] {
        pool.tend(kNow + 2s);
        return pool.pids().size() == 1;
    });
    expect_all_in_good_order(ends, 1);
}
