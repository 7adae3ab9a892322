// Lesson 03's check, third part: what a worker's crew does among itself, what the worker makes of
// errors, and when it has had enough. Clients ask their threads what only those can see.

#include <vector>

#include "lessons/course/check/activity.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/threads.hh"
#include "threads_of_workers.hh"
#include "visitors.hh"
#include "why.hh"

using namespace workers_check;
using namespace std::chrono_literals;

TEST_CASE("a crew without clients sleeps") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 2), serve_as_told);
    Faults faults;
    faults.expire(Call::poll, 1);
    step("nobody comes: the first wait of each worker that has a time-out ends with it");
    pool.tend(kNow);
    expect_up(pool);
    const auto waits = [](pid_t worker) { return polling(threads_of(worker)) > 0; };
    soon([&] {
        return std::ranges::all_of(pool.pids(),
                                   [&](pid_t pid) { return waits(pid) || is_zombie(pid); });
    });
    for (const pid_t pid : pool.pids())
        expect(!is_zombie(pid), "a worker to which nobody came", "waits on", "has ended",
               kGoesHome);
    step("watch two workers that have nothing to do, for a moment");
    expect(rest(threads_of(pool)), "the threads of the workers", "asleep",
           "one is awake again and again", kAsking);
}

TEST_CASE("one thread of a crew waits and accepts at a time") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 3), serve_as_told);
    Pipe told = make_pipe();
    set_nonblocking(told.reading, true);
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
    Pipe ignored = make_pipe();
    set_nonblocking(ignored.reading, true);
    faults.before(Call::thread_create, [&] {
        struct sigaction action {};
        ::sigaction(SIGTERM, nullptr, &action);
        const char seen = action.sa_handler == SIG_IGN ? 'y' : 'n';
        (void)!::write(ignored.writing.get(), &seen, 1);
    });
    step("a worker with three threads; nobody comes");
    pool.tend(kNow);
    expect_up(pool);
    const std::vector<pid_t> threads = threads_of(pool);
    soon([&] { return polling(threads) > 0 && std::ranges::all_of(threads, asleep); });
    expect_equal(polling(threads), 1, "threads that wait in poll", kTurn);
    expect(selecting(threads) == 0, "the call in which it waits", "poll(2)",
           "select(2), whose sets end at descriptor 1023", kSelect);
    char left = 'n';
    (void)!::read(ignored.reading.get(), &left, 1);
    expect(left == 'y', "SIGTERM, when the worker makes its first thread", "left to the parent",
           "not yet", kSignalsNotLeft);
    step("a client comes; a thread that is about to accept is held for a moment");
    Fd client = office.connect();
    char another = 'n';
    soon([&] { return ::read(told.reading.get(), &another, 1) == 1; });
    expect(another == 'n', "threads that came to accept meanwhile", "none", "another one", kTurn);
    leave(enter(std::move(client), kNoCrew), kNoCrew);
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

// Between two calls of accept lies the wait for a client; the pause is one more wait, and ends at
// once here.
TEST_CASE("a worker without descriptors to spare makes a pause") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 2), serve_as_told);
    Pipe told = make_pipe();
    Faults faults;
    faults.expire(Call::poll, 2);
    int waits = 0;
    const auto fails = [&](int error, std::function<void()> next) {
        return [&, error, next] {  // in the worker, when accept is entered
            const int now = faults.calls(Call::poll);
            const char since = static_cast<char>(now - std::exchange(waits, now));
            (void)!::write(told.writing.get(), &since, 1);
            if (error == 0) return;
            faults.fail(Call::accept, error);
            faults.before(Call::accept, next);
        };
    };
    faults.before(Call::accept, fails(EMFILE, fails(ENOBUFS, fails(EAGAIN, fails(0, nullptr)))));
    step("a client waits, and accept says EMFILE, then ENOBUFS, then EAGAIN");
    Fd waiting = office.connect();
    pool.tend(kNow);
    leave(enter(std::move(waiting), kAcceptError), kAcceptError);
    char since[4] = {};
    (void)!::read(told.reading.get(), since, sizeof since);
    expect(since[3] >= 1, "between EAGAIN and the next accept4", "a wait for a client", "no wait",
           kNoWait);
    expect(since[1] >= 2, "between EMFILE and the next accept4", "a pause, and a wait for a client",
           "no pause", kExhausted);
    expect(since[2] >= 2, "between ENOBUFS and the next accept4",
           "a pause, and a wait for a client", "no pause", kExhausted);
}

TEST_CASE("a worker too many is told to end and has its grace for it") {
    const Office office;
    Ends ends;
    const WorkerLimits limits{.start_servers = 1,
                              .server_limit = 3,
                              .threads_per_child = 4,
                              .min_spare_threads = 1,
                              .max_spare_threads = 5};
    WorkerPool pool(office.listener(), limits, serve_and_answer, ends.events());
    pool.tend(kNow);
    std::vector<Client> clients;
    for (const unsigned workers : {1U, 2U}) {
        step(fmt::format("four clients take all threads of worker {}, so that one more is started",
                         workers));
        for (int i = 0; i < 4; ++i) clients.push_back(enter(office, kNoCrew));
        if_it_hangs(kTendWaits, "WorkerPool::tend");
        pool.tend(kNow + workers * 1s);
        expect_equal(pool.pids().size(), workers + 1U, "workers", kFailureForSuccess);
        expect_up(pool);
    }
    clients.push_back(enter(office, kNoCrew));
    step("one client stays in each; nine threads wait, five may: the parent looks");
    for (const std::size_t gone : {0U, 1U, 2U, 4U, 5U, 6U}) leave(clients[gone], kNoCrew);
    soon([&] { return pool.counts().idle_threads == 9; });
    const std::ptrdiff_t tasks = all_tasks_of(pool);
    pool.tend(kNow + 3s);
    const std::vector<const Client*> three{&clients[3], &clients[7], &clients[8]};
    const auto was_told = [](const Client* each) { return ask(*each, kGraceRuns, kCutOff) == 1; };
    const unsigned serving = pool.counts().serving;
    // Further looks take seconds: only when there is something to explain.
    const auto why_not = [&]() -> const Advice& {
        return serving == 3 ? kNotCarriedOut : why_others_leave();
    };
    expect_equal(serving, 2U, "workers that take clients", serving == 2 ? kOneAtATime : why_not());
    step("the one that was told has its grace now, and its client is served to the end");
    soon([&] { return all_tasks_of(pool) < tasks; });  // a thread that waited has ended
    expect(std::ranges::any_of(three, was_told), "the alarm of the worker that was told", "runs",
           "was not set", kNotLeft);
    expect_equal(pool.counts().serving, 2U, "workers that take clients", kSharedSlot);
    for (const Client* each : three) leave(*each, kCutOff);
    // With nobody to serve the next look stops one more.
    soon([&] {
        pool.tend(kNow + 3s);
        return pool.pids().size() == 1;
    });
    expect_all_in_good_order(ends, 2);
}
