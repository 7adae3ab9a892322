// The wrong way: a parent that replaces its workers at once, whatever they died of. Here each of
// them dies at birth, as it does when its configuration is broken or a file is missing. For half a
// second, at least 100 and at most 5,000 times; the real thing goes on until the machine can start
// nothing else.
//
// Look at how many processes were made, for nothing. Then the worker pool does the same for three
// seconds, with a pause that doubles: 0, 1, 2, 4 ... 60 seconds.

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.hh"
#include "daemon/worker_pool.hh"
#include "lessons/course/end_step.hh"

using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;
using waymark::daemon::WorkerLimits;
using waymark::daemon::WorkerPool;

namespace {

//#region bomb
int replace_at_once(Deadline end) {
    int started = 0;
    while ((!end.expired() || started < 100) && started < 5'000) {
        const pid_t worker = ::fork();  //@ 1
        if (worker == 0) ::_exit(1);    // what it needs is not there  //@ 2
        if (worker == -1) continue;
        ++started;
        ::waitpid(worker, nullptr, 0);  // it ended: start the next one  //@ 3
    }
    return started;
}
//#endregion bomb

int replace_with_back_off(Deadline end) {
    int started = 0;
    const WorkerPool::Events events{.on_started = [&](pid_t worker) {
        ++started;
        fmt::print("   worker {} is started, and dies\n", worker);
        ::kill(worker, SIGKILL);
    }};
    const WorkerLimits limits{.start_servers = 1,
                              .server_limit = 1,
                              .threads_per_child = 1,
                              .min_spare_threads = 0,
                              .max_spare_threads = 1};
    waymark::demo::Counter counter;
    WorkerPool pool(
        counter.listener().duplicate(), limits, [](Fd) {}, events);
    while (!end.expired()) {
        pool.tend();
        ::poll(nullptr, 0, 100);
    }
    return started;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. replaced at once, for half a second\n");
    fmt::print("   {} processes were started and died\n", replace_at_once(Deadline::after(500ms)));
    waymark::demo::end_step();
    fmt::print("2. replaced with back-off, for three seconds\n");
    fmt::print("   {} processes were started and died\n",
               replace_with_back_off(Deadline::after(3s)));
    waymark::demo::end_step();
}
