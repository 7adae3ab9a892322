// Lesson 03's check, second part: what a pool does in good days, from one thread to many. Real
// workers, real threads, and clients that know which process serves them and say when they are
// done.

#include <fcntl.h>

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "threads_of_workers.hh"
#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

namespace {

// A thread that has said goodbye to its client may need a moment until it counts as idle. `tasks`:
// the threads that must be there then; 0 for any number.
void expect_counts(const WorkerPool& pool, unsigned idle, unsigned busy, std::ptrdiff_t tasks = 0) {
    const auto seen = [&] {
        const WorkerCounts counts = pool.counts();
        return fmt::format("{} idle, {} busy", counts.idle_threads, counts.busy_threads);
    };
    const std::string expected = fmt::format("{} idle, {} busy", idle, busy);
    for (const std::string_view sign : {"waits in poll", "does not wait"})
        if_it_hangs(kScoreboard, sign);
    soon([&] { return seen() == expected || all_tasks_of(pool) < tasks; });
    expect(all_tasks_of(pool) >= tasks, "the threads of the workers", "all there", "one has ended",
           kNoCrew);
    expect(seen() == expected, "the threads", expected, seen(), kScoreboard);
}

void expect_nonblocking(const Office& office) {
    const bool nonblocking = (::fcntl(office.fd().get(), F_GETFL) & O_NONBLOCK) != 0;
    expect(nonblocking, "the listener", "O_NONBLOCK", "blocking", kBlockingAccept);
}

// What keeps the one thread of the one worker from a client.
const Advice& why_not_up(const WorkerPool& pool) {
    expect_no_crash();
    const WorkerCounts counts = pool.counts();
    const std::vector<pid_t> threads = threads_of(pool);
    if (counts.coming_threads == 1 && polling(threads) == 1) return kJoinsLate;
    if (counts.busy_threads > 0) return kScoreboard;
    return all_at_locks(threads) ? kTurnKept : kNoCrew;
}

}  // namespace

TEST_CASE("a worker of one thread serves one client after the other") {
    const Office office;
    const std::ptrdiff_t own_threads = tasks_of(::getpid());
    int served = 0;  // in the worker, which has a copy of it
    const auto serve = [&served](Fd client) {
        if (++served == 2) ::close(STDIN_FILENO);
        serve_and_answer(std::move(client));
    };
    WorkerPool pool(office.listener(), fixed(1, 1), serve);
    if_it_crashes(kForkAfterThreads);
    step("a pool of one worker with one thread, and nobody who wants its events: the first look");
    expect_nonblocking(office);  // which others may share that are none of its workers
    try {
        pool.tend(kNow);
    } catch (const std::bad_function_call&) {
        waymark::course::check::fail("tend()", "no exception", "std::bad_function_call",
                                     kNobodyAsked);
    }
    expect_equal(pool.pids().size(), 1U, "workers", kStart);
    expect_equal(tasks_of(::getpid()), own_threads, "threads of the parent", kForkAfterThreads);
    step("nobody has come yet: its thread has joined, and waits for a client");
    const auto waits = [&] { return polling(threads_of(pool)) > 0; };
    const bool up = soon([&] { return pool.counts().idle_threads == 1 && waits(); });
    const WorkerCounts now = pool.counts();
    expect(up, "the worker's thread", "idle, and waits in poll",
           fmt::format("{} idle, {} busy, {} coming; {}", now.idle_threads, now.busy_threads,
                       now.coming_threads, waits() ? "waits in poll" : "none in poll"),
           why_not_up(pool));
    for (const char* which : {"a client", "the next one"}) {
        step(fmt::format("{} comes, and leaves again", which));
        const auto why_not = [&]() -> const Advice& {
            return pool.counts().serving == 0 ? kNoShare : why_not_up(pool);
        };
        const Client client = enter(office.connect(), why_not);
        expect_counts(pool, 0, 1);
        leave(client, kCutOff);
        expect_counts(pool, pool.counts().serving, 0);
    }
    step("one more comes; the worker has no standard input now, and the next number is 0");
    leave(enter(office.connect(), kZero), kZero);
}

TEST_CASE("a client comes as a blocking socket that no other program inherits") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(1, 1), serve_and_answer);
    pool.tend(kNow);
    step("a client asks its thread about the descriptor");
    const Client client = enter(office, kNoCrew);
    const char flags = ask(client, kFlags, kClientFlags);
    expect((flags & kClosedByExec) != 0, "the client's descriptor", "FD_CLOEXEC", "without it",
           kClientFlags);
    expect((flags & kNonBlocking) == 0, "the client's descriptor", "blocking", "O_NONBLOCK",
           kClientFlags);
    expect((flags & kOptions) == 0, "the client's socket", "as it came",
           "with a time-out or another option", kClientChanged);
    leave(client, kNoCrew);
    step("is SIGALRM, which ends a worker's grace, let in by one of its threads?");
    const auto lets_it_in = [](pid_t thread) {
        std::ifstream status(fmt::format("/proc/{}/status", thread));
        for (std::string word; status >> word;)
            if (word == "SigBlk:" && status >> word)
                return (std::stoull(word, nullptr, 16) & (1ULL << (SIGALRM - 1))) == 0;
        return false;
    };
    expect(std::ranges::any_of(threads_of(pool), lets_it_in), "SIGALRM in the worker", "let in",
           "blocked by all threads", kAlarmShut);
}

TEST_CASE("workers with crews serve as many clients as there are threads") {
    const Office office;
    WorkerPool pool(office.listener(), fixed(2, 3), serve_as_told);
    if_it_hangs(kNoCrew);
    step("a pool of 2 workers with 3 threads each: the first look");
    pool.tend(kNow);
    expect_equal(pool.pids().size(), 2U, "workers", kStart);
    step("when all threads are up: ask the pool what it has");
    expect_up(pool, 3);
    expect_counts(pool, 6, 0);
    step("six clients come and stay");
    if_it_hangs(kNoCrew);
    if_it_hangs(kNoCrew, "does not wait");
    std::map<pid_t, int> clients_of;
    std::vector<Client> clients;
    const std::ptrdiff_t tasks = all_tasks_of(pool);
    const auto why_not = [&]() -> const Advice& {
        if (pool.counts().serving < 2) return kNoShare;
        return all_tasks_of(pool) < tasks ? kAcceptError : kNoCrew;  // a thread has ended
    };
    for (int i = 0; i < 6; ++i)
        ++clients_of[clients.emplace_back(enter(office.connect(), why_not)).worker];
    expect(!clients_of.contains(::getpid()), "who serves", "workers", "the parent",
           kForkAfterThreads);
    for (const auto& [worker, count] : clients_of)
        expect_equal(count, 3, "clients at once in one worker", kNoCrew);
    step("ask the pool what it has");
    expect_counts(pool, 0, 6);
    step("one client leaves, and a seventh takes its thread");
    leave(clients.front(), kNoCrew);
    expect_counts(pool, 1, 5, tasks);
    const Client seventh = enter(office, kNoCrew);
    expect_equal(seventh.worker, clients.front().worker, "the worker that was free", kNoCrew);
}

TEST_CASE("only the parent holds the writing ends of the pipes") {
    const Pipe of_the_program = make_pipe();
    const std::set<std::string> before = written_pipes(::getpid());
    const Office office;
    WorkerPool pool(office.listener(), fixed(3, 1), serve_as_told);
    step("a pool of 3 workers, in a program with a pipe of its own: which may each write to?");
    pool.tend(kNow);
    expect_up(pool);
    std::set<std::string> stops = written_pipes(::getpid());
    for (const std::string& old : before) stops.erase(old);
    expect_equal(stops.size(), 3U, "writing ends that the parent holds", kHeldPipe);
    for (const pid_t worker : pool.pids())
        for (const std::string& held : written_pipes(worker))
            expect(!stops.contains(held), "writing ends of stops in a worker", "none",
                   "one, its own or a sibling's", kHeldPipe);
    for (const pid_t worker : pool.pids())
        expect(std::ranges::includes(written_pipes(worker), before),
               "the program's own pipes in a worker", "open: who serves may need them", "closed",
               kClosedTooMuch);
}

TEST_CASE("the listener that workers share does not block") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), fixed(4, 2), serve_as_told, ends.events());
    step("make a pool and look at its listener's flags");
    expect_nonblocking(office);
    step("make a pool with a descriptor that is none");
    bool refused = false;
    try {
        const WorkerPool other(Fd(), fixed(1, 1), serve_as_told);
    } catch (const std::system_error&) {
        refused = true;
    }
    expect(refused, "the constructor", "throws std::system_error (EBADF)", "returns",
           kListenerUnread);
    step("thirty clients wait, before there is a worker");
    if_it_hangs(kListensAgain);
    std::vector<Fd> queue(30);
    for (Fd& waiting : queue) waiting = office.connect();
    queue.clear();
    step("thirty clients, one after the other; each wakes all four workers");
    pool.tend(kNow);
    expect_up(pool);
    const std::ptrdiff_t tasks = all_tasks_of(pool);
    const auto why_not = [&]() -> const Advice& {
        const bool missing = all_tasks_of(pool) < tasks;
        pool.tend(kNow);  // tells how they have ended
        for (const auto& [worker, end] : ends.how)
            if (&advice_for(end) == &kSignalsNotLeft) return kSignalsNotLeft;
        return missing ? kAcceptError : kTurn;  // or who has it waits for its turn
    };
    for (int i = 0; i < 30; ++i) leave(enter(office.connect(), why_not), kAcceptError);
    step("drain: everybody hears it");
    if_it_hangs(kStopUnheard);
    if_it_hangs(kStopUnheard, "it uses the processor");
    if_it_crashes(kUnlocked, "two threads used");
    pool.drain(Deadline::after(1min));
    expect_all_in_good_order(ends, 4);
}
