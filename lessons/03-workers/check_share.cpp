// Lesson 03's check, fifth part: a worker's share of clients.

#include <cstdint>
#include <string>

#include "lessons/course/check/faults.hh"
#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

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
            const Client client = enter(office, i == 3 ? kLastOne : kCountedTooEarly);
            expect_equal(client.worker, worker, "who serves", kShare);
            leave(client, kShare);
        }
        const auto why_not = [&]() -> const Advice& {
            if (pool.counts().serving == 0) return kGoesOn;
            leave(enter(office, kShare), kShare);
            return ends_soon(worker) ? kShareOffByOne : kShare;
        };
        const bool ended = ends_soon(worker);
        expect(ended, "the worker after its fourth client", "ended", "still there",
               ended ? kShare : why_not());
    }
    step("how they ended");
    pool.tend(kNow + 3s);
    expect_all_in_good_order(ends, 3);
}

TEST_CASE("a share may be larger than four thousand million") {
    for (const std::uint64_t more : {0, 1}) {
        const Office office;
        WorkerLimits limits = fixed(1, 1);
        limits.max_requests_per_child = (std::uint64_t{1} << 32) + more;
        WorkerPool pool(office.listener(), limits, serve_as_told);
        step("a share of 2 to the 32nd clients" + std::string(more == 0 ? "" : ", and one more"));
        pool.tend(kNow);
        leave(enter(office, kShareCut), kShareCut);
        expect_up(pool);
        expect_equal(pool.counts().serving, 1U, "workers that take clients after the first one",
                     kShareCut);
    }
}

TEST_CASE("a share counts clients and not attempts") {
    const Office office;
    Ends ends;
    WorkerLimits limits = fixed(1, 2);
    limits.max_requests_per_child = 2;
    WorkerPool pool(office.listener(), limits, serve_as_told, ends.events());
    Faults faults;
    faults.fail(Call::accept, ECONNABORTED, 3);
    step("a worker whose share is two clients; accept says ECONNABORTED three times");
    pool.tend(kNow);
    for (int i = 0; i < 2; ++i) leave(enter(office, kCountedTooEarly), kCountedTooEarly);
}

TEST_CASE("the last client of a share starts the grace and is served") {
    const Office office;
    WorkerLimits limits = fixed(1, 2);
    limits.max_requests_per_child = 2;
    WorkerPool pool(office.listener(), limits, serve_and_answer);
    pool.tend(kNow);
    step("the first of two clients comes: the worker's grace does not run yet");
    const Client first = enter(office, kNoCrew);
    expect_equal(+ask(first, kGraceRuns, kNotLeft), 0, "the worker's alarm", kNotLeft);
    step("the second one comes, and it is the last");
    const Client last = enter(office, kLastOne);
    const bool runs = ask(last, kGraceRuns, kLastOne) == 1;
    if (!runs) leave(first, kLastOne);  // does its thread tell it?
    const bool told_late = !runs && soon([&] { return ask(last, kGraceRuns, kLastOne) == 1; });
    expect(runs, "the worker's alarm", "runs", "was not set", told_late ? kToldLate : kNotLeft);
    expect_equal(pool.counts().serving, 0U, "workers that take clients", kNotLeft);
    leave(first, kLastOne);
    leave(last, kLastOne);
    expect(ends_soon(last.worker), "the worker after its share", "ended", "still there", kGoesOn);
}

TEST_CASE("an end in good order forgives no failure") {
    const Office office;
    WorkerLimits limits = fixed(1, 1);
    limits.max_requests_per_child = 1;
    WorkerPool pool(office.listener(), limits, serve_as_told);
    pool.tend(kNow);
    step("a worker is killed; the next one serves its share of one client, and ends");
    kill_all(pool);
    pool.tend(kNow + 1s);
    const Client client = enter(office, kLastOne);
    leave(client, kLastOne);
    expect(ends_soon(client.worker), "the worker after its share", "ended", "still there", kGoesOn);
    pool.tend(kNow + 1s + 1ms);
    step("the one after it is killed: the second failure in a second");
    kill_all(pool);
    pool.tend(kNow + 1s + 2ms);
    expect_equal(pool.pids().size(), 0U, "workers", kForgiven);
}
