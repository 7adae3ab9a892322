// Wrong, then right: a function that wants to hear of SIGTERM while it copies a file. The first
// leaves its handler behind. Afterwards SIGTERM still raises a flag, and nobody looks at it any
// more: the program cannot be ended politely. The second uses ScopedSignalHandler, whose end puts
// back what was there before.
//
// Look at: what the second SIGTERM does to each.

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/signals.hh"

namespace {

using namespace waymark::daemon;

//#region not-restored
volatile sig_atomic_t cancelled = 0;

void cancel(int) {
    cancelled = 1;
}

void copy_and_leave_the_handler() {
    struct sigaction action {};
    action.sa_handler = cancel;
    ::sigaction(SIGTERM, &action, nullptr);
    ::raise(SIGTERM);  // somebody cancels the copy
    std::printf("    copy: cancelled = %d\n", static_cast<int>(cancelled));
}
//#endregion not-restored

//#region restored
void copy_and_restore() {
    SignalFlag cancel_flag;
    const ScopedSignalHandler handler(SIGTERM, cancel_flag);
    ::raise(SIGTERM);  // somebody cancels the copy
    std::printf("    copy: cancelled = %d\n", cancel_flag.count());
}
//#endregion restored

// The pipe is closed at its other end when the child has finished its copy.
void wait_for_end_of(int reading) {
    char byte = 0;
    while (::read(reading, &byte, 1) > 0) {
    }
    ::close(reading);
}

bool ends_within_half_a_second(pid_t pid, int& status) {
    for (int looks = 0; looks < 50; ++looks) {
        if (::waitpid(pid, &status, WNOHANG) == pid) return true;
        ::poll(nullptr, 0, 10);
    }
    return false;
}

void show(const char* what, void (*copy)()) {
    std::printf("%s\n", what);
    int copied[2];
    if (::pipe(copied) == -1) return;
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(copied[0]);
        copy();
        std::fflush(stdout);
        ::close(copied[1]);
        for (;;) ::pause();  // goes on with something else
    }
    ::close(copied[1]);
    wait_for_end_of(copied[0]);
    ::kill(pid, SIGTERM);
    int status = 0;
    if (ends_within_half_a_second(pid, status)) {
        std::printf("    SIGTERM: ended by signal %d, as it should\n", WTERMSIG(status));
        return;
    }
    std::puts("    SIGTERM: still there, the copy's handler took it. SIGKILL ended it");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    show("the handler is left behind", copy_and_leave_the_handler);
    show("the handler is restored", copy_and_restore);
}
