// Processes, each with a crew of threads, in the numbers of Apache's worker module:
//
//     3-both [StartServers ThreadsPerChild ServerLimit [seconds to look]]     (25 50 100 0)
//
// Look at the numbers after each step: 1,250 clients are served at once by 25 processes; when none
// of the threads waits any more, the parent starts two workers ahead of the next clients; when all
// have left it stops one worker at a look, down to those to begin with.

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <vector>

#include "counter.hh"
#include "daemon/worker_pool.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;
using waymark::demo::Counter;
using waymark::demo::TimeToLook;

namespace {

//#region serve
// Greets its client and stays with it until it says good-bye.
void serve(Fd client) {
    char byte = 'h';
    (void)!::write(client.get(), &byte, 1);
    (void)!::read(client.get(), &byte, 1);
}
//#endregion serve

void show(const WorkerPool& pool, const TimeToLook& time_to_look) {
    while (pool.counts().coming_threads > 0) std::this_thread::yield();
    const WorkerCounts counts = pool.counts();
    fmt::print("   {} workers, {} threads with a client, {} that wait\n", counts.serving,
               counts.busy_threads, counts.idle_threads);
    time_to_look();
}

void come(Counter& counter, std::vector<Fd>& clients, unsigned count) {
    const std::size_t first = clients.size();
    for (unsigned i = 0; i < count; ++i) clients.push_back(counter.connect());
    char byte = 0;  // greeted: a thread has it
    for (std::size_t i = first; i < clients.size(); ++i) (void)!::read(clients[i].get(), &byte, 1);
}

// Both ends of 1,300 connections and a pipe for each worker: more than the usual 1024.
void allow_many_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argument_count, char** arguments) {
    const auto argument = [&](int place, int otherwise) {
        return static_cast<unsigned>(argument_count > place ? std::atoi(arguments[place])
                                                            : otherwise);
    };
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const TimeToLook time_to_look(argument_count, arguments, 4);
    allow_many_descriptors();
    //#region limits
    const unsigned servers = argument(1, 25);
    const unsigned threads = argument(2, 50);
    const WorkerLimits limits{.start_servers = servers,
                              .server_limit = argument(3, 100),
                              .threads_per_child = threads,
                              .min_spare_threads = threads + 10,
                              .max_spare_threads = 2 * threads + 10};
    //#endregion limits
    Counter counter;
    WorkerPool pool(counter.listener().duplicate(), limits, serve);
    std::vector<Fd> clients;

    fmt::print("1. StartServers {}, ThreadsPerChild {}, ServerLimit {}\n", servers, threads,
               limits.server_limit);
    pool.tend();
    show(pool, time_to_look);
    fmt::print("2. {} clients come and stay; then the parent looks\n", servers * threads);
    come(counter, clients, servers * threads);
    show(pool, time_to_look);
    pool.tend();
    show(pool, time_to_look);
    const unsigned more = std::min(60U, pool.counts().idle_threads);
    fmt::print("3. {} more clients, and a look\n", more);
    come(counter, clients, more);
    pool.tend();
    show(pool, time_to_look);
    fmt::print("4. All leave, and the parent looks until it finds nothing to do\n");
    for (const Fd& client : clients) (void)!::write(client.get(), "b", 1);
    while (pool.counts().busy_threads > 0) std::this_thread::yield();
    for (unsigned before = 0; before != pool.counts().serving; pool.tend()) {
        before = pool.counts().serving;
        show(pool, time_to_look);
    }
    fmt::print("5. The drain: every worker ends in good order\n");
    pool.drain(Deadline::after(std::chrono::seconds(10)));
    show(pool, time_to_look);
}
