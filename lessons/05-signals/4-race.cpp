// Wrong: look at the flag, and sleep if it is not raised. A signal between the look and the sleep
// is counted, and then the program sleeps all the same. In real life it takes months until a signal
// falls into that gap; here the program raises it exactly there.
//
// Look at: the flag is raised, and the process sleeps. SIGALRM after two seconds is what wakes it:
// a program without one sleeps until the next signal, if there ever is one.

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "daemon/signals.hh"

namespace {

using namespace waymark::daemon;

//#region race
void wait_and_miss(SignalFlag& flag) {
    if (!flag.raised()) {
        ::raise(SIGUSR1);  // the signal comes now
        ::pause();
    }
}
//#endregion race

int child() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    SignalFlag flag;
    SignalFlag alarm_flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const ScopedSignalHandler alarm_handler(SIGALRM, alarm_flag);
    ::alarm(2);
    wait_and_miss(flag);
    std::printf("child:  awake. SIGUSR1 had come %d time, SIGALRM %d\n", flag.count(),
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
    for (int look = 1; look <= 3; ++look) {
        ::poll(nullptr, 0, 500);
        std::printf("parent: SIGUSR1 came %.1f s ago; state of the child: %s\n", look * 0.5,
                    state_of(pid).c_str());
    }
    ::waitpid(pid, nullptr, 0);
}
