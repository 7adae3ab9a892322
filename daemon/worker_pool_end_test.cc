// WorkerPool and the ends of workers: told to end, having served enough, an end of the parent.

#include <doctest/doctest.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "daemon/children_under_test.hh"
#include "daemon/worker_pool.hh"
#include "daemon/worker_pool_under_test.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

constexpr WorkerPool::Instant kStart{1000s};
constexpr auto kLong = 50s;  // never comes in a test

struct Ends {
    std::map<pid_t, ExitStatus> ends;
    WorkerPool::Events events() {
        return {.on_ended = [this](pid_t pid, ExitStatus status) { ends.emplace(pid, status); }};
    }
    int count(const std::string& how) const {
        return static_cast<int>(std::ranges::count_if(
            ends, [&](const auto& end) { return end.second.describe() == how; }));
    }
};

WorkerLimits limits(unsigned workers, unsigned threads) {
    return {.start_servers = workers,
            .server_limit = workers,
            .threads_per_child = threads,
            .min_spare_threads = 0,
            .max_spare_threads = workers * threads};
}

void wait_until_nobody_has(Pipe& pipe) {
    pipe.writing.reset();
    char byte = 0;
    REQUIRE(::read(pipe.reading.get(), &byte, 1) == 0);
}

}  // namespace

TEST_CASE("a drain ends workers that only wait, in good order") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), limits(3, 2), serve_as_told, ends.events());
    pool.tend(kStart);
    const Client client = office.enter();
    client.say(kGoodbye);
    CHECK(client.answer() == kGoodbye);
    wait_until_up(pool);
    pool.drain(Deadline::after(kLong));
    CHECK(pool.pids().empty());
    CHECK(ends.count("exit status 0") == 3);
}

TEST_CASE("a client in the middle is served to its end although the worker was told to end") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), limits(2, 2), serve_as_told, ends.events());
    pool.tend(kStart);
    wait_until_up(pool);
    const Client client = office.enter();
    // By descriptor, because the drain collects it, and a number that was collected cannot be
    // asked.
    std::vector<Fd> beside;
    for (const pid_t worker : pool.pids())
        if (worker != client.worker) beside.push_back(open_process(worker));
    REQUIRE(beside.size() == 1);
    // The drain keeps this thread, so another one speaks: when the worker beside has ended.
    std::thread visitor([&] {
        pollfd ended{beside[0].get(), POLLIN, 0};
        while (::poll(&ended, 1, -1) == -1 && errno == EINTR) {
        }
        client.say(kGoodbye);
    });
    pool.drain(Deadline::after(kLong));
    visitor.join();
    CHECK(client.answer() == kGoodbye);
    CHECK(ends.ends.at(client.worker).describe() == "exit status 0");
}

TEST_CASE("a drain ends at its deadline who does not") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), limits(2, 1), serve_as_told, ends.events());
    pool.tend(kStart);
    wait_until_up(pool);
    const Client stubborn = office.enter();
    pool.drain(Deadline::after(0s));
    CHECK(pool.pids().empty());
    CHECK(ends.ends.size() == 2);
    CHECK(ends.ends.at(stubborn.worker).describe() == "killed by signal 9 (Killed)");
}

TEST_CASE("a worker ends after its share of clients, exactly, and is replaced") {
    const Office office;
    Ends ends;
    WorkerLimits share = limits(1, 3);
    share.max_requests_per_child = 5;
    WorkerPool pool(office.listener(), share, serve_as_told, ends.events());
    std::map<pid_t, int> served;
    for (int round = 0; round < 3; ++round) {
        pool.tend(kStart);
        REQUIRE(pool.pids().size() == 1);
        for (int i = 0; i < 5; ++i) ++served[office.enter().worker];
        wait_until_ended(pool.pids()[0]);
    }
    pool.tend(kStart);
    CHECK(served.size() == 3);
    for (const auto& [worker, clients] : served) CHECK(clients == 5);
    // An end in good order is no failure, and costs no pause.
    CHECK(ends.count("exit status 0") == 3);
    CHECK(pool.pids().size() == 1);
}

TEST_CASE("a worker that has served its share does not count among those that serve") {
    const Office office;
    WorkerLimits share{.start_servers = 1,
                       .server_limit = 2,
                       .threads_per_child = 2,
                       .min_spare_threads = 0,
                       .max_spare_threads = 4,
                       .max_requests_per_child = 1};
    WorkerPool pool(office.listener(), share, serve_as_told);
    pool.tend(kStart);
    wait_until_up(pool);
    const Client last = office.enter();
    CHECK((pool.counts() == WorkerCounts{.workers = 1, .busy_threads = 1}));
    pool.tend(kStart);  // its place is taken while it still serves
    const Client next = office.enter();
    CHECK(next.worker != last.worker);
    last.say(kGoodbye);
    CHECK(last.answer() == kGoodbye);
}

TEST_CASE("a worker that a client keeps longer than the grace is ended, and replaced at once") {
    const Office office;
    Ends ends;
    WorkerLimits share = limits(1, 1);
    share.max_requests_per_child = 1;
    share.grace = 1s;
    WorkerPool pool(office.listener(), share, serve_as_told, ends.events());
    pool.tend(kStart);
    for (int i = 0; i < 2; ++i) {  // a first failure would be forgiven
        const Client stubborn = office.enter();
        wait_until_ended(stubborn.worker);
        pool.tend(kStart);
        CHECK(ends.ends.at(stubborn.worker).describe() == "exit status 0");
        CHECK(pool.pids().size() == 1);
    }
}

TEST_CASE("when the parent is killed, its workers finish what they do and end") {
    const Office office;
    Pipe alive = make_pipe();  // held by the parent and by each worker
    Pipe up = make_pipe();
    Children children;
    const pid_t parent = children.start([&] {
        WorkerPool pool(office.listener(), limits(2, 2), serve_as_told);
        pool.tend();
        wait_until_up(pool);
        send_byte(up);
        return sleep_for_ever();
    });
    wait_for_byte(up);
    const Client client = office.enter();
    REQUIRE(::kill(parent, SIGKILL) == 0);
    CHECK(only_status(children, parent).killed());
    client.say(kGoodbye);
    CHECK(client.answer() == kGoodbye);
    wait_until_nobody_has(alive);
}

TEST_CASE("when the parent is killed, a worker whose threads are all busy ends after its grace") {
    const Office office;
    Pipe alive = make_pipe();
    Children children;
    const pid_t parent = children.start([&] {
        WorkerLimits short_grace = limits(1, 1);
        short_grace.grace = 1s;
        WorkerPool pool(office.listener(), short_grace, serve_as_told);
        pool.tend();
        return sleep_for_ever();
    });
    const Client stubborn = office.enter();
    REQUIRE(::kill(parent, SIGKILL) == 0);
    CHECK(only_status(children, parent).killed());
    wait_until_nobody_has(alive);
}

TEST_CASE("a second SIGTERM while it drains does not keep run from its end") {
    const Office office;
    Children children;
    const pid_t parent = children.start([&] {
        WorkerPool(office.listener(), limits(2, 1), serve_as_told).run();
        return 42;
    });
    const Client slow = office.enter();
    const Client quick = office.enter();
    const Fd beside = open_process(quick.worker);
    ::kill(parent, SIGTERM);
    quick.say(kGoodbye);
    pollfd ended{beside.get(), POLLIN, 0};  // so the parent drains
    while (::poll(&ended, 1, -1) == -1 && errno == EINTR) {
    }
    ::kill(parent, SIGTERM);
    slow.say(kGoodbye);
    CHECK(only_status(children, parent).describe() == "exit status 42");
}

TEST_CASE("a whole life: run serves until SIGTERM, and leaves nobody behind") {
    const Office office;
    Pipe alive = make_pipe();
    Children children;
    const pid_t parent = children.start([&] {
        WorkerPool(office.listener(), limits(2, 2), serve_as_told).run();
        return 42;
    });
    const Client first = office.enter();
    first.say(kGoodbye);
    CHECK(first.answer() == kGoodbye);
    ::kill(first.worker, SIGKILL);
    // Replaced on SIGCHLD. Both workers are kept busy, so the third client is the new one's.
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(office.enter());
    for (const Client& client : clients) client.say(kGoodbye);
    ::kill(parent, SIGTERM);
    CHECK(only_status(children, parent).describe() == "exit status 42");
    wait_until_nobody_has(alive);
}

TEST_CASE("run says that it stops before it says who ends by that") {
    const Office office;
    Children children;
    const pid_t parent = children.start([&] {
        bool is_stopping = false;
        int before = 0;
        int after = 0;
        WorkerPool(office.listener(), limits(2, 1), serve_as_told,
                   {.on_ended = [&](pid_t, ExitStatus) { ++(is_stopping ? after : before); },
                    .on_stopping = [&] { is_stopping = true; }})
            .run();
        return before * 10 + after;
    });
    const Client killed = office.enter();
    ::kill(killed.worker, SIGKILL);
    // Both are there again, so the first one has been buried.
    const std::vector<Client> clients = [&] {
        std::vector<Client> entered;
        for (int i = 0; i < 2; ++i) entered.push_back(office.enter());
        return entered;
    }();
    for (const Client& client : clients) client.say(kGoodbye);
    ::kill(parent, SIGTERM);
    CHECK(only_status(children, parent).describe() == "exit status 12");
}

TEST_CASE("signals that go to everybody do not end a worker") {
    const Office office;
    WorkerPool pool(office.listener(), limits(1, 1), serve_as_told);
    pool.tend(kStart);
    const Client client = office.enter();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(client.worker, signal);
    client.say(kGoodbye);
    CHECK(client.answer() == kGoodbye);
    CHECK(office.enter().worker == client.worker);
}
