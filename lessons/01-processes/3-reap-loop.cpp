// The right way: SIGCHLD says "look", and the program looks until there is nothing more to see. The
// same ten children as in 2-one-wait, one signal again, and all ten are collected, each with the
// way in which it ended.
//
// Look at the two numbers in line 3, and at the last lines: seven ended by themselves, each with
// its own code, three were killed, and no status is lost.

#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

constexpr int kChildren = 10;

void wait_until_ended(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
}

pid_t start_child(int number, Pipe& gate) {
    const pid_t pid = check(::fork(), "fork");
    if (pid != 0) return pid;
    gate.writing.reset();
    char byte;
    if (::read(gate.reading.get(), &byte, 1) != 0) ::_exit(kExitSystem);
    if (number >= 7) ::raise(SIGKILL);
    ::_exit(number);
}

//#region reap-loop
int collect_all() {
    int collected = 0;
    int status = 0;
    pid_t pid = -1;
    // > 0: a child, collected. 0: others still run. -1 with ECHILD: there is none.  //@ 1..
    // -1 with EINTR: a signal came in between; ask again.
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0 || (pid == -1 && errno == EINTR)) {  //@ ..1
        if (pid == -1) continue;                                                            //@ 2
        ++collected;
        if (WIFEXITED(status))  //@ 3..
            fmt::print("   {}: exit status {}\n", pid, WEXITSTATUS(status));
        else if (WIFSIGNALED(status))
            fmt::print("   {}: killed by signal {}\n", pid, WTERMSIG(status));  //@ ..3
    }
    return collected;
}
//#endregion reap-loop

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    SignalFlag child_ended;  // the handler only counts; the work is done below
    const ScopedSignalHandler handler(SIGCHLD, child_ended);
    Pipe gate = make_pipe();
    {
        const SignalMask later({SIGCHLD});
        std::vector<pid_t> pids;
        for (int i = 0; i < kChildren; ++i) pids.push_back(start_child(i, gate));
        fmt::print("1. {} children run\n", kChildren);
        waymark::demo::end_step();
        gate.writing.reset();
        for (const pid_t pid : pids) wait_until_ended(pid);
        fmt::print("2. all of them have ended; now SIGCHLD is let in\n");
        waymark::demo::end_step();
    }
    fmt::print("3. signals that came: {}; one loop:\n", child_ended.take());
    fmt::print("4. children collected: {}\n", collect_all());
    waymark::demo::end_step();
    fmt::print("5. asked once more: {}\n",
               ::waitpid(-1, nullptr, WNOHANG) == -1 ? error_text(errno) : "a child is left");
    waymark::demo::end_step();
}
