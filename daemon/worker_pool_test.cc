// WorkerPool as it starts, serves, grows, shrinks and replaces. Real processes; the clock is handed
// in.

#include "daemon/worker_pool.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <string>

#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "daemon/worker_pool_under_test.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

constexpr WorkerPool::Instant kStart{1000s};

// As many as are told, no more and no fewer.
constexpr WorkerLimits fixed(unsigned workers, unsigned threads) {
    return {.start_servers = workers,
            .server_limit = workers,
            .threads_per_child = threads,
            .min_spare_threads = 0,
            .max_spare_threads = workers * threads};
}

void kill_and_wait(pid_t pid) {
    REQUIRE(::kill(pid, SIGKILL) == 0);
    wait_until_ended(pid);
}

}  // namespace

TEST_CASE("nothing runs before the first look, then as many workers as the start asks for") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 2), serve_as_told);
    CHECK((pool.counts() == WorkerCounts{}));
    CHECK(pool.next_look().expired(kStart));
    pool.tend(kStart);
    CHECK(pool.pids().size() == 3);
    CHECK((pool.next_look() == Deadline(kStart + WorkerPool::kLookEvery)));
    wait_until_up(pool);
    CHECK((pool.counts() == WorkerCounts{.workers = 3, .serving = 3, .idle_threads = 6}));
}

TEST_CASE("each worker has its crew, and the parent has no thread") {
    const Office office;
    const std::ptrdiff_t own_tasks = tasks_of(::getpid());
    WorkerPool pool(office.listener(), fixed(2, 3), serve_as_told);
    pool.tend(kStart);
    wait_until_up(pool);
    CHECK(tasks_of(::getpid()) == own_tasks);
    // The crew and the thread that waits for it; the thread sanitizer has some of its own.
    for (const pid_t pid : pool.pids()) CHECK(tasks_of(pid) >= 3 + 1);
}

TEST_CASE("all threads of all workers serve at the same time") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 4), serve_as_told);
    pool.tend(kStart);
    std::map<pid_t, int> clients_of;
    std::vector<Client> clients;
    for (int i = 0; i < 12; ++i) ++clients_of[clients.emplace_back(office.enter()).worker];
    CHECK(clients_of.size() == 3);
    for (const auto& [worker, count] : clients_of) CHECK(count == 4);
    CHECK((pool.counts() == WorkerCounts{.workers = 3, .serving = 3, .busy_threads = 12}));
    for (const Client& client : clients) {
        client.say(kGoodbye);
        CHECK(client.answer() == kGoodbye);
    }
}

TEST_CASE("a client that finds everybody busy is served when one is free") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    pool.tend(kStart);
    const Client first = office.enter();
    Fd second = office.connect();
    pollfd answered{second.get(), POLLIN, 0};
    CHECK(::poll(&answered, 1, 0) == 0);  // cannot be: the only thread waits for the first
    first.say(kGoodbye);
    CHECK(Office::served(std::move(second)).worker == first.worker);
}

TEST_CASE("the listener is shared without blocking") {
    const Office office;
    REQUIRE((::fcntl(office.fd().get(), F_GETFL) & O_NONBLOCK) == 0);
    const WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    CHECK((::fcntl(office.fd().get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("more workers come when too few threads wait, up to the limit, and go when too many do") {
    const Office office;
    const WorkerLimits limits{.start_servers = 1,
                              .server_limit = 3,
                              .threads_per_child = 2,
                              .min_spare_threads = 1,
                              .max_spare_threads = 3};
    WorkerPool pool(office.listener(), limits, serve_as_told);
    std::vector<Client> clients;
    const auto look = [&] {
        pool.tend(kStart);
        wait_until_up(pool);
        return pool.pids().size();
    };
    CHECK(look() == 1);
    clients.push_back(office.enter());
    CHECK(look() == 1);  // one thread still waits
    clients.push_back(office.enter());
    CHECK(look() == 2);
    for (int i = 0; i < 2; ++i) clients.push_back(office.enter());
    CHECK(look() == 3);
    for (int i = 0; i < 2; ++i) clients.push_back(office.enter());
    CHECK(look() == 3);  // nobody waits, but that is the limit

    for (const Client& client : clients) client.say(kGoodbye);
    while (pool.counts().busy_threads > 0) std::this_thread::yield();
    // Six wait and three may: one worker goes, and then another, because four are still too many.
    for (const unsigned serving : {2U, 1U, 1U}) {
        look();
        CHECK(pool.counts().serving == serving);
    }
}

TEST_CASE("the idlest worker is the one that goes") {
    const Office office;
    WorkerLimits limits{.start_servers = 2,
                        .server_limit = 3,
                        .threads_per_child = 2,
                        .min_spare_threads = 1,
                        .max_spare_threads = 3};
    WorkerPool pool(office.listener(), limits, serve_as_told);
    pool.tend(kStart);
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(office.enter());
    pool.tend(kStart);
    wait_until_up(pool);
    REQUIRE(pool.pids().size() == 3);
    // One client stays with each of the first two workers.
    const auto other = std::ranges::find_if(
        clients, [&](const Client& client) { return client.worker != clients[0].worker; });
    for (const Client& client : clients)
        if (&client != &clients[0] && &client != &*other) client.say(kGoodbye);
    while (pool.counts().idle_threads < 4) std::this_thread::yield();
    std::vector<pid_t> pids = pool.pids();
    const auto idlest = std::ranges::find_if(
        pids, [&](pid_t pid) { return pid != clients[0].worker && pid != other->worker; });
    pool.tend(kStart);
    CHECK(pool.counts().serving == 2);
    wait_until_ended(*idlest);
    pool.tend(kStart);
    CHECK(pool.pids().size() == 2);
    for (const Client* client : {&clients[0], &*other}) {
        client->say(kGoodbye);
        CHECK(client->answer() == kGoodbye);
    }
}

TEST_CASE("a worker that was killed is replaced") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 2), serve_as_told);
    pool.tend(kStart);
    const std::vector<pid_t> before = pool.pids();
    kill_and_wait(before[0]);
    pool.tend(kStart + 1s);
    const std::vector<pid_t> after = pool.pids();
    CHECK(after.size() == 2);
    CHECK(std::ranges::count(after, before[0]) == 0);
    CHECK(std::ranges::count(after, before[1]) == 1);
    CHECK(office.enter().worker > 0);
}

TEST_CASE("a crash takes its own crew along and nobody else's") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 2), serve_as_told);
    pool.tend(kStart);
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(office.enter());
    const pid_t crashed = clients[0].worker;
    clients[0].say(kCrash);
    wait_until_ended(crashed);
    for (const Client& client : clients) {
        if (client.worker == crashed) {
            CHECK(client.answer() == '\0');
        } else {
            client.say(kGoodbye);
            CHECK(client.answer() == kGoodbye);
        }
    }
    pool.tend(kStart + 1s);
    // What the dead worker's threads were doing is not believed any more.
    CHECK(pool.counts().busy_threads <= 2);
    CHECK(pool.counts().serving == 2);
}

TEST_CASE("what is thrown while serving costs that client only") {
    const std::string output = output_of(STDERR_FILENO, [] {
        const Office office;
        WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
        pool.tend(kStart);
        const Client unlucky = office.enter();
        unlucky.say(kThrow);
        CHECK(unlucky.answer() == '\0');
        CHECK(office.enter().worker == unlucky.worker);
        return 0;
    });
    CHECK(output.starts_with("worker "));
    CHECK(output.ends_with(": as the client wished\n"));
}

TEST_CASE("what is thrown while serving and is no std::exception costs that client only") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
    pool.tend(kStart);
    const Client unlucky = office.enter();
    unlucky.say(kThrowNumber);
    CHECK(unlucky.answer() == '\0');
    CHECK(office.enter().worker == unlucky.worker);
}

TEST_CASE("a worker that cannot have its whole crew ends without an abort") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: no thread to be had: needs root, to become a user with few\n");
        return;
    }
    const ExitStatus status = status_of([] {
        const rlimit few{20, 20};
        // A user that nobody else is: what counts are all processes of a user.
        const auto user = static_cast<uid_t>(1'000'000 + ::getpid());
        if (::setrlimit(RLIMIT_NPROC, &few) == -1 || ::setuid(user) == -1) return 1;
        const Office office;
        std::string how;
        WorkerPool::Events events{
            .on_ended = [&](pid_t, ExitStatus ended) { how = ended.describe(); }};
        WorkerPool pool(office.listener(), fixed(1, 50), serve_as_told, events);
        pool.tend(kStart);
        wait_until_ended(pool.pids().at(0));
        pool.tend(kStart);
        return how == "exit status 111" ? 0 : 2;
    });
    CHECK(status.describe() == "exit status 0");
}

// Sixty looks, one a second. Without back-off that would be 60 times 4 processes.
TEST_CASE("workers that die at birth are no fork bomb") {
    const Office office;
    int started = 0;
    const WorkerPool::Events events{.on_started = [&](pid_t worker) {
        ++started;
        kill_and_wait(worker);
    }};
    WorkerPool pool(office.listener(), fixed(4, 1), serve_as_told, events);
    pool.tend(kStart);
    CHECK(started == 4);
    pool.tend(kStart);
    CHECK(started == 8);  // the first time is forgiven
    pool.tend(kStart);
    CHECK(started == 8);
    for (int second = 1; second <= 60; ++second) pool.tend(kStart + second * 1s);
    CHECK(started >= 4 * 6);
    CHECK(started <= 4 * 8);
}

TEST_CASE("a system that gives nothing is asked again later") {
    CHECK(status_of([] {
              const Office office;
              WorkerPool pool(office.listener(), fixed(1, 1), serve_as_told);
              rlimit before{};
              ::getrlimit(RLIMIT_NOFILE, &before);
              const rlimit none{static_cast<rlim_t>(0), before.rlim_max};
              ::setrlimit(RLIMIT_NOFILE, &none);
              pool.tend(kStart);
              const bool none_started = pool.pids().empty();
              ::setrlimit(RLIMIT_NOFILE, &before);
              pool.tend(kStart + 60s);
              return none_started && pool.pids().size() == 1 ? 0 : 1;
          }).describe() == "exit status 0");
}

TEST_CASE("limits that cannot be kept are refused before anything runs") {
    const Office office;
    CHECK_THROWS_AS(WorkerPool(office.listener(), {.start_servers = 0}, serve_as_told), UsageError);
}
