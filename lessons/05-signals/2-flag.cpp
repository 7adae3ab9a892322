// The handler only raises a flag; the program looks at it. Which type may the flag have? Three
// children work until their flag says that a signal came. The first uses a bool: nothing in its
// loop changes it, so the compiler reads it once and never again (this file is always compiled with
// -O2). The second uses volatile sig_atomic_t, which the C and C++ standards allow. The third is
// SignalFlag, a lock-free atomic, which also counts.
//
// Look at: which child notices.

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/signals.hh"

namespace {

using namespace waymark::daemon;

volatile long done = 0;

void work() {
    done = done + 1;
}

//#region flag-plain
bool plain = false;
volatile sig_atomic_t noted = 0;  // one store or one load cannot be cut in two; ++ can

void raise_plain(int) {
    plain = true;
}
void raise_noted(int) {
    noted = 1;
}

void work_until_plain() {
    while (!plain) work();  // read once: nothing in here changes it, says the compiler
}
void work_until_noted() {
    while (noted == 0) work();
}
//#endregion flag-plain

//#region flag-atomic
void work_until_flag() {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    while (!flag.raised()) work();
    std::printf("    the flag counted %d signal\n", flag.take());
}
//#endregion flag-atomic

void set_handler(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(SIGUSR1, &action, nullptr);
}

// Sends SIGUSR1 until the child has ended, five times at most, a fifth of a second apart.
bool notices(pid_t pid) {
    for (int times = 0; times < 5; ++times) {
        ::poll(nullptr, 0, 200);
        ::kill(pid, SIGUSR1);
        ::poll(nullptr, 0, 50);
        if (::waitpid(pid, nullptr, WNOHANG) == pid) return true;
    }
    return false;
}

void show(const char* what, void (*handler)(int), void (*body)()) {
    std::printf("%s\n", what);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (handler != nullptr) set_handler(handler);
        body();
        std::fflush(stdout);
        ::_exit(0);
    }
    if (notices(pid)) {
        std::puts("    noticed, and ended");
        return;
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    std::puts("    got five signals and still works: ended it with SIGKILL");
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    show("bool", raise_plain, work_until_plain);
    show("volatile sig_atomic_t", raise_noted, work_until_noted);
    show("SignalFlag", nullptr, work_until_flag);
}
