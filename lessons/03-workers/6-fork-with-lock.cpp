// Wrong: threads first, then fork. The fork copies the memory, and so the lock as it is at that
// moment: held. It copies the calling thread alone, so nobody in the child will ever give the lock
// back. Look at: the lock is free again in the parent, and the child waits for its copy.
//
// Right: fork first, then threads. The C library takes care of its own locks in fork (malloc's); it
// cannot know of yours.

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <latch>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

std::mutex log_mutex;  // guards the log: one line at a time

void log_line(const char* line) {
    const std::lock_guard lock(log_mutex);
    fmt::print("   {}\n", line);
    std::fflush(stdout);
}

// The value of a line in /proc/PID/status, "Threads" for instance.
std::string status_of(pid_t pid, const std::string& name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":")) return line.substr(name.size() + 2);
    return "gone";
}

// The child does nothing that takes long, so it sleeps at the lock or nowhere. It has ten seconds.
bool falls_asleep(pid_t pid) {
    for (int looks = 0; looks < 1000; ++looks, ::poll(nullptr, 0, 10)) {
        const char state = status_of(pid, "State")[0];
        if (state == 'S') return true;
        if (state == 'Z') return false;
    }
    return false;
}

pid_t fork_a_child() {
    std::fflush(stdout);
    const pid_t child = check(::fork(), "fork");
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    log_line("the child writes a line into the log");
    ::_exit(0);
}

void collect(pid_t child) {
    int status = 0;
    check(::waitpid(child, &status, 0), "waitpid");
    fmt::print("   the child: {}\n", ExitStatus::from_wait(status).describe());
}

//#region threads-first
pid_t threads_first() {
    std::latch is_held(1);
    std::latch is_forked(1);
    std::thread logger([&] {
        const std::lock_guard lock(log_mutex);  // in the middle of its line
        is_held.count_down();
        is_forked.wait();
    });
    is_held.wait();
    const pid_t child = fork_a_child();  // a copy of the lock, held; no copy of the thread
    is_forked.count_down();
    logger.join();
    return child;
}
//#endregion threads-first

//#region fork-first
pid_t fork_first() {
    const pid_t child = fork_a_child();
    std::thread logger([] { log_line("the parent's thread writes a line into the log"); });
    logger.join();
    return child;
}
//#endregion fork-first

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. threads first: one holds the lock of the log, another one forks\n");
    const pid_t child = threads_first();
    log_line("the parent has the lock again, and writes its line");
    const bool sleeps = falls_asleep(child);
    fmt::print("2. the child {}: {} thread; it {}\n", child, status_of(child, "Threads"),
               sleeps ? "sleeps at a lock without an owner" : "has got the lock");
    waymark::demo::end_step();
    ::kill(child, SIGKILL);
    collect(child);

    fmt::print("3. fork first, then threads\n");
    collect(fork_first());
    waymark::demo::end_step();
}
