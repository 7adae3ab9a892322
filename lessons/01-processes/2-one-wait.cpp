// The wrong way: one wait(2) for each SIGCHLD. A signal is not a message in a queue; it is one bit,
// "a child has ended". Children that end while the bit is set already set nothing. Ten end, one
// signal arrives, one child is collected, nine stay zombies.
//
// Look at the two numbers in line 3. To show the same numbers each time, the demo keeps SIGCHLD
// blocked until all ten have ended. In a real program the kernel does that: a handler that runs
// has its own signal blocked.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "lessons/course/time_to_look.hh"

namespace {

constexpr int kChildren = 10;

volatile sig_atomic_t signals = 0;
volatile sig_atomic_t collected = 0;

//#region one-wait
void on_child(int) {
    signals = signals + 1;                               //@ 1
    if (::wait(nullptr) > 0) collected = collected + 1;  // one signal, one child?  //@ 2
}
//#endregion one-wait

// The children stand at a pipe and leave together, when its writing end is closed.
pid_t start_child(const int (&gate)[2]) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    char byte;
    ::close(gate[1]);
    ::_exit(::read(gate[0], &byte, 1) == 0 ? 0 : 1);
}

void wait_until_ended(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
}

int count_zombies(const std::vector<pid_t>& pids) {
    int count = 0;
    for (const pid_t pid : pids) {
        siginfo_t info{};
        const int options = WEXITED | WNOWAIT | WNOHANG;
        if (::waitid(P_PID, static_cast<id_t>(pid), &info, options) == 0 && info.si_pid == pid)
            ++count;
    }
    return count;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    struct sigaction action {};
    action.sa_handler = on_child;
    ::sigaction(SIGCHLD, &action, nullptr);
    sigset_t only_sigchld;
    ::sigemptyset(&only_sigchld);
    ::sigaddset(&only_sigchld, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &only_sigchld, nullptr);

    int gate[2];
    if (::pipe2(gate, O_CLOEXEC) == -1) return 111;
    std::vector<pid_t> pids;
    for (int i = 0; i < kChildren; ++i) pids.push_back(start_child(gate));
    std::printf("1. %d children run\n", kChildren);
    time_to_look();

    ::close(gate[1]);
    for (const pid_t pid : pids) wait_until_ended(pid);
    std::printf("2. all of them have ended; now SIGCHLD is let in\n");
    time_to_look();

    ::sigprocmask(SIG_UNBLOCK, &only_sigchld, nullptr);
    std::printf("3. signals that came: %d, children collected: %d\n", static_cast<int>(signals),
                static_cast<int>(collected));
    std::printf("4. zombies: %d, and no signal will ever speak of them again\n",
                count_zombies(pids));
    time_to_look();

    while (::wait(nullptr) > 0) {  // the demo cleans up; the wrong program would not
    }
    ::close(gate[0]);
}
