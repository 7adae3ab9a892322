// Lesson 03's check, fourth part: workers that are killed, that die at birth, that cannot be
// started, that shall end; and errors that concern one client only.

#include <sys/prctl.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lessons/course/check/faults.hh"
#include "visitors.hh"
#include "why.hh"

using namespace workers_check;
using namespace std::chrono_literals;

TEST_CASE("a worker that was killed is replaced") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), fixed(2, 1), serve_as_told, ends.events());
    ends.pool = &pool;
    pool.tend(kNow);
    const std::vector<pid_t> before = pool.pids();
    step("who has heard of the two workers?");
    expect(ends.unlisted == 0, "pids(), when on_started is told of a worker", "has it",
           "does not know it yet", kToldEarly);
    expect_equal(before.size(), 2U, "workers", kStart);
    expect(std::ranges::is_permutation(ends.started, before), "on_started",
           "told of the two, by number", fmt::format("told {} times", ends.started.size()),
           kNotTold);
    expect(pool.next_look() == Deadline(kNow + WorkerPool::kLookEvery), "next_look()",
           "kLookEvery from now", "another time", kNextLook);
    step("a client comes; kill -9 its worker, and look");
    const Client busy = enter(office, kNoCrew);
    const pid_t killed = busy.worker;
    ::kill(killed, SIGKILL);
    wait_until_ended(killed);
    pool.tend(kNow + 1s);
    const std::vector<pid_t> after = pool.pids();
    const bool buried = std::ranges::count(after, killed) == 0;
    expect(buried, "the killed worker", "not listed any more", "still listed", kNotReplaced);
    const auto why_not = [&]() -> const Advice& {
        pool.tend(kNow + 1s);
        if (pool.pids().size() == 2) return why_a_look_late();
        pool.tend(kNow + 1000h);  // is it only held back?
        return pool.pids().size() == 2 ? kOtherTime : kNotReplaced;
    };
    expect_equal(after.size(), 2U, "workers", after.size() == 2 ? kNotReplaced : why_not());
    expect_equal(ends.told, 1U, "how often on_ended was told of the one end", kToldTwice);
    step("the dead one was busy; its place on the scoreboard is another's now");
    soon([&] { return pool.counts().idle_threads == 2; });
    expect_equal(pool.counts().busy_threads, 0U, "busy threads", kStaleSlot);
    expect_equal(pool.counts().idle_threads, 2U, "idle threads", kSharedSlot);
    step("two clients at once");
    {
        const Client first = enter(office, kNotReplaced);
        const Client second = enter(office, kNotReplaced);
        expect(first.worker != second.worker, "the two clients", "in two workers", "in one",
               kNotReplaced);
    }
    step("minutes later both are killed together, which is one failure, and forgiven");
    kill_all(pool);
    pool.tend(kNow + 200s);
    expect_equal(pool.pids().size(), 2U, "workers", kToldTooOften);
}

TEST_CASE("workers end when their parent is killed") {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    step("a process with two idle workers is killed");
    in_a_process([] {
        const Office office;
        WorkerPool pool(office.listener(), fixed(2, 1), serve_as_told);
        pool.tend(kNow);
        wait_until_up(pool);
        return ::raise(SIGKILL);
    });
    step("both read the end of their pipes");
    if_it_hangs(kHeldPipe);
    for (int i = 0; i < 2; ++i) {
        int status = 0;
        expect(::waitpid(-1, &status, 0) > 0, "a worker", "there to be collected", "not there",
               kHeldPipe);
        expect(status == 0, "how a worker ended", "exit status 0",
               ExitStatus::from_wait(status).describe(), kCutOff);
    }
}

TEST_CASE("workers that die at birth are no fork bomb") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told);
    const Faults counting;
    step("every worker is killed at once; the parent looks once a second for a minute");
    if_it_hangs(kForkBomb);
    constexpr int kMost = 3 * 8;
    int second = 0;
    for (; second <= 60 && counting.calls(Call::fork) <= kMost; ++second) {
        pool.tend(kNow + second * 1s);
        kill_all(pool);
    }
    const int forks = counting.calls(Call::fork);
    expect(forks <= kMost, "forks in a minute", "at most 24",
           fmt::format("{} in {} s", forks, second), forks <= kMost ? kForkBomb : why_no_pause());
    expect(forks >= 3 * 5, "forks in a minute", "at least 15: nobody is given up", show(forks),
           kNotReplaced);
}

TEST_CASE("a worker that ends badly has failed as well") {
    const Office office;
    const WorkerLimits limits{.start_servers = 1,
                              .server_limit = 2,
                              .threads_per_child = 5,
                              .min_spare_threads = 1,
                              .max_spare_threads = 6};
    WorkerPool pool(office.listener(), limits, serve_as_told);
    pool.tend(kNow);
    step("five clients take all threads of a worker, and a sixth one those of a second");
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(enter(office, kNoCrew));
    pool.tend(kNow + 1s);
    expect_up(pool);
    clients.push_back(enter(office, kNoCrew));
    step("three of the five leave, and the second worker is told to end");
    for (int i = 0; i < 3; ++i) leave(clients.at(i), kNoCrew);
    soon([&] { return pool.counts().idle_threads == 7; });
    pool.tend(kNow + 2s);
    expect_equal(pool.counts().serving, 1U, "workers that take clients", kNotCarriedOut);
    const auto end_badly = [&](const Client& client, WorkerPool::Instant now) {
        client.say(kCrash);
        wait_until_ended(client.worker);
        pool.tend(now);
    };
    step("it ends with exit status 3, and so does the first one: two failures, and a pause");
    end_badly(clients[5], kNow + 3s);
    end_badly(clients[4], kNow + 3s + 1ms);
    const std::size_t workers = pool.pids().size();
    const auto why_not = [&]() -> const Advice& {
        end_badly(enter(office, kNotReplaced), kNow + 3s + 2ms);
        return pool.pids().empty() ? kToldAndFailed : kBadEnd;  // it is the second one to it
    };
    expect_equal(workers, 0U, "workers", workers == 0 ? kBadEnd : why_not());
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

TEST_CASE("what fails in one look is one failure") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told);
    step("every fork of a look fails with EAGAIN");
    {
        Faults faults;
        faults.fail(Call::fork, EAGAIN, 3);
        expect_no_throw([&] { pool.tend(kNow); }, "tend()", kForkFails);
    }
    expect(pool.next_look() == Deadline(kNow + WorkerPool::kLookEvery), "next_look()",
           "kLookEvery from now", "another time", kNextLook);
    step("the next look: a first failure costs no pause");
    pool.tend(kNow + 1ms);
    expect_equal(pool.pids().size(), 3U, "workers", kToldTooOften);
    step("minutes later all are killed, and there is no pipe to be had (EMFILE)");
    kill_all(pool);
    Faults faults;
    faults.fail(Call::pipe, EMFILE);
    expect_no_throw([&] { pool.tend(kNow + 200s); }, "tend()", kPipeThrown);
    expect_equal(pool.pids().size(), 0U, "workers", kForkFails);
}

TEST_CASE("forks that fail again and again are tried with pauses") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told);
    Faults faults;
    faults.fail(Call::fork, EAGAIN, 1000);
    step("every fork fails with EAGAIN; the parent looks once a second for a minute");
    for (int second = 0; second <= 60; ++second) {
        pool.tend(kNow + second * 1s);
        expect(pool.next_look() == Deadline(kNow + second * 1s + WorkerPool::kLookEvery),
               "next_look(), while nothing may be started", "kLookEvery from now", "another time",
               kPutOff);
    }
    const int forks = faults.calls(Call::fork);
    expect(forks <= 3 * 8, "forks in a minute", "at most 24", show(forks), kFailedStart);
    expect(forks >= 5, "forks in a minute", "at least 5: nobody is given up", show(forks),
           kForkFails);
}

TEST_CASE("a drain lets clients finish and then ends their workers one by one") {
    const std::set<std::string> pipes_before = written_pipes(::getpid());
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
    std::vector<Fd> queue(3);
    for (Fd& waiting : queue) waiting = office.connect();
    const auto one_is_taken = [&] {
        return std::ranges::any_of(queue, [](const Fd& waiting) {
            pollfd answered{waiting.get(), POLLIN, 0};
            return ::poll(&answered, 1, 0) == 1;
        });
    };
    step(
        "drain, with three more in the queue; one client after the other says its last byte, when "
        "the worker before has ended");
    if_it_hangs(kHeldPipe);
    std::map<pid_t, bool> answered;
    std::atomic<bool> client_first = false;
    std::thread visitor([&] {
        soon([&] { return written_pipes(::getpid()) == pipes_before; });  // all are told to end
        for (const auto& [worker, client] : clients) {
            ::send(client.socket.get(), &kGoodbye, 1, MSG_NOSIGNAL);
            answered[worker] = client.answer() == kGoodbye;
            const Fd process = open_process(worker);
            soon([&] { return one_is_taken() || !process || has_ended(process); });
            client_first = one_is_taken();
            if (!client_first && (!process || has_ended(process))) continue;
            for (const auto& [other, unserved] : clients) ::kill(other, SIGKILL);
            return;
        }
    });
    pool.drain(Deadline::after(2s));
    visitor.join();
    expect(!client_first, "a client in the queue of workers that shall end", "left there", "taken",
           kClientFirst);
    for (const auto& [worker, client] : clients)
        expect(answered[worker], "the answer to a client's last byte", "the same byte",
               "the end of the connection", advice_for(ends.how[worker]));
    expect_all_in_good_order(ends, 3);
}

TEST_CASE("a poll that a signal interrupts is asked again") {
    const Office office;
    Faults faults;
    faults.fail(Call::poll, EINTR, 2);
    WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    step("a client comes; the first two polls of the worker are interrupted (EINTR)");
    if_it_hangs(kEintrEnds);
    pool.tend(kNow);
    const Fd worker = open_process(pool.pids().at(0));
    Fd client = office.connect();
    soon([&] {
        pollfd answered{client.get(), POLLIN, 0};
        return has_ended(worker) || ::poll(&answered, 1, 0) == 1;
    });
    expect(!has_ended(worker), "the worker", "goes on", "has ended", kEintrEnds);
    leave(enter(std::move(client), kEintrEnds), kEintrEnds);
}

TEST_CASE("errors of one client are not the worker's") {
    for (const int error : {ECONNABORTED, EPROTO}) {
        const Office office;
        Faults faults;
        faults.fail(Call::accept, error, 3);
        WorkerPool pool(office.listener(), fixed(1, 2), serve_as_told);
        if_it_crashes(kAcceptError);
        step(fmt::format("accept says {} three times", ::strerrorname_np(error)));
        pool.tend(kNow);
        for (int i = 0; i < 4; ++i) leave(enter(office, kAcceptError), kAcceptError);
        step("the worker is still there");
        const pid_t worker = pool.pids().at(0);
        pool.tend(kNow + 1s);
        expect(pool.pids() == std::vector{worker} && !is_zombie(worker), "the worker", "alive",
               "ended", kAcceptError);
    }
}
