// Wrong: look at the flag, and sleep if it is not raised. A signal between the look and the sleep
// is counted, and then the program sleeps all the same. In real life it takes months until a signal
// falls into that gap; here the program raises it exactly there.
//
// Look at: the flag is raised, and the process sleeps. SIGALRM, which the parent sends at last, is
// what wakes it: a program that gets none sleeps until the next signal, if there ever is one.

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "daemon/signals.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

//#region race
void wait_and_miss(SignalFlag& flag) {
    if (!flag.raised()) {  //@ 1
        ::raise(SIGUSR1);  // the signal comes now  //@ 2
        ::pause();         //@ 3
    }
}
//#endregion race

int child() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    SignalFlag flag;
    SignalFlag alarm_flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const ScopedSignalHandler alarm_handler(SIGALRM, alarm_flag);
    wait_and_miss(flag);
    std::printf("   the child: awake. SIGUSR1 had come %d time, SIGALRM %d\n", flag.count(),
                alarm_flag.count());
    return 0;
}

std::string state_of(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("State:")) return line.substr(7);
    return "gone";
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const pid_t pid = ::fork();
    if (pid == 0) return child();
    for (int looks = 0; looks < 1000 && !state_of(pid).starts_with("S"); ++looks)
        ::poll(nullptr, 0, 10);  // it sleeps nowhere else
    std::printf("1. SIGUSR1 has come; state of the child: %s\n", state_of(pid).c_str());
    waymark::demo::end_step();
    ::poll(nullptr, 0, 1000);
    std::printf("2. a second later; state of the child: %s\n", state_of(pid).c_str());
    waymark::demo::end_step();
    std::puts("3. the parent sends SIGALRM, another signal");
    ::kill(pid, SIGALRM);
    ::waitpid(pid, nullptr, 0);
}
