// The handler only raises a flag; the program looks at it. Which type may the flag have? Three
// children work until their flag says that a signal came. The first uses a bool: nothing in its
// loop changes it, so the compiler reads it once and never again (this file is always compiled with
// -O2). The second uses volatile sig_atomic_t, which the C and C++ standards allow. The third is
// SignalFlag, a lock-free atomic, which also counts.
//
// Look at: which child notices.

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "daemon/signals.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

volatile long* done = nullptr;  // in memory that both processes see

void work() {
    *done = *done + 1;
}

//#region flag-plain
bool plain = false;               //@ 1
volatile sig_atomic_t noted = 0;  // one store or one load cannot be cut in two; ++ can  //@ 2

void raise_plain(int) {
    plain = true;
}
void raise_noted(int) {
    noted = 1;
}

void work_until_plain() {  //@ 3..
    while (!plain) work();
}  //@ ..3
void work_until_noted() {  //@ 4..
    while (noted == 0) work();
}  //@ ..4
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

// Much work: a signal comes within a few pieces of it.
bool ends_before_much_work(pid_t pid) {
    constexpr long kMuch = 50'000'000;
    const long end = *done + kMuch;
    while (*done < end) {
        if (::waitpid(pid, nullptr, WNOHANG) == pid) return true;
        std::this_thread::yield();
    }
    return false;
}

// Sends SIGUSR1 until the child has ended, five times at most.
bool notices(pid_t pid) {
    while (*done == 0) std::this_thread::yield();  // it works: so its handler is in place
    for (int times = 0; times < 5; ++times) {
        ::kill(pid, SIGUSR1);
        if (ends_before_much_work(pid)) return true;
    }
    return false;
}

void show(const char* what, void (*handler)(int), void (*body)()) {
    std::printf("%s\n", what);
    *done = 0;
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
        waymark::demo::end_step();
        return;
    }
    std::puts("    got five signals and still works");
    waymark::demo::end_step();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    std::puts("    ended it with SIGKILL");
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    void* shared =
        ::mmap(nullptr, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 111;
    done = static_cast<volatile long*>(shared);
    show("1. bool", raise_plain, work_until_plain);
    show("2. volatile sig_atomic_t", raise_noted, work_until_noted);
    show("3. SignalFlag", nullptr, work_until_flag);
}
