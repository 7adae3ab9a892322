// Wrong, then right: a function that wants to hear of SIGTERM while it copies a file. The first
// leaves its handler behind. Afterwards SIGTERM still raises a flag, and nobody looks at it any
// more: the program cannot be ended politely. The second uses ScopedSignalHandler, whose end puts
// back what was there before.
//
// Look at: what the second SIGTERM does to each.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/signals.hh"
#include "lessons/course/end_step.hh"

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

// The child writes a byte after its copy, and one each time that a signal wakes it. When it ends
// the pipe ends, too.
bool hears_a_byte(int reading) {
    char byte = 0;
    return ::read(reading, &byte, 1) == 1;
}

// SIGTERM is let in only while it sleeps, or one that comes right after the byte would be missed.
void go_on(int writing) {
    sigset_t sigterm, before;
    ::sigemptyset(&sigterm);
    ::sigaddset(&sigterm, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &sigterm, &before);
    for (;;) {
        (void)!::write(writing, "x", 1);
        ::sigsuspend(&before);
    }
}

void show(const char* what, void (*copy)()) {
    std::printf("%s\n", what);
    int awake[2];
    if (::pipe(awake) == -1) return;
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(awake[0]);
        copy();
        std::fflush(stdout);
        go_on(awake[1]);  // with something else
    }
    ::close(awake[1]);
    hears_a_byte(awake[0]);
    waymark::demo::end_step();
    ::kill(pid, SIGTERM);
    const bool lives = hears_a_byte(awake[0]);
    ::close(awake[0]);
    if (lives) {
        std::puts("    SIGTERM: still there, the copy's handler took it");
        waymark::demo::end_step();
        ::kill(pid, SIGKILL);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    std::printf("    ended by signal %d\n", WTERMSIG(status));
    waymark::demo::end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    show("1. the handler is left behind", copy_and_leave_the_handler);
    show("2. the handler is restored", copy_and_restore);
}
