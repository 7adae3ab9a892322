// Lesson 03's check, second part: workers that are killed, that die at birth, that cannot be
// started, that shall end; and errors that concern one client only.

#include <thread>
#include <vector>

#include "lessons/course/check/faults.hh"
#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

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
