// Wrong: a handler that writes a line for the log, with the time in it, as one would anywhere else.
// To put the line together it takes memory (malloc) and asks for the local time (localtime_r). Both
// take a lock inside the C library. If the signal comes while the program itself holds that lock,
// the handler waits for the code that it interrupted, and that code waits for the handler.
//
// Look at: how many signals it takes until nothing moves, and what /proc says the process does.

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>

#include "lessons/course/end_step.hh"

namespace {

// Lies in memory that both processes see.
struct Progress {
    std::atomic<long> lines;    // written by the program itself
    std::atomic<long> signals;  // answered by the handler
};
Progress* progress = nullptr;

// localtime_r takes the lock of the time zone, malloc that of the memory.
//#region work-in-handler
void write_log_line(const char* what) {
    const time_t now = ::time(nullptr);
    tm parts;
    ::localtime_r(&now, &parts);                         //@ 1
    char* line = static_cast<char*>(std::malloc(4000));  //@ 2
    const size_t length = std::strftime(line, 4000, "%T ", &parts);
    std::snprintf(line + length, 4000 - length, "%s\n", what);
    std::free(line);  // the demo spares you the lines
}

void handler(int) {  //@ 3..
    write_log_line("a signal came");
    ++progress->signals;
}  //@ ..3
//#endregion work-in-handler

[[noreturn]] void child() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // With one thread only, malloc(3) leaves out its locks, and a handler corrupts it instead.
    std::thread([] { ::pause(); }).detach();
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval every_millisecond{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &every_millisecond, nullptr);
    for (;;) {
        write_log_line("all is well");
        ++progress->lines;
    }
}

std::string first_word_of(const std::string& path) {
    std::string word;
    std::ifstream(path) >> word;
    return word;
}

// True if nothing moved for half a second and the process sleeps in a system call; a machine that
// is busy may give it no time, but then it is "running". False after a minute.
bool stands_still(const std::string& proc) {
    long before = -1;
    for (int look = 0; look < 120; ++look) {
        const long now = progress->lines + progress->signals;
        if (now == before && first_word_of(proc + "/syscall") != "running") return true;
        before = now;
        ::poll(nullptr, 0, 500);
        std::printf("%12ld lines, %6ld signals\n", progress->lines.load(),
                    progress->signals.load());
    }
    return false;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    progress = new (shared) Progress{};
    const pid_t pid = ::fork();
    if (pid == 0) child();
    std::puts("1. it writes lines, and a signal comes every millisecond");
    const std::string proc = "/proc/" + std::to_string(pid);
    const bool dead = stands_still(proc);
    // 202 is futex(2) on x86-64, 98 on arm64: waiting for a lock.
    std::printf(dead ? "2. deadlock: process %d waits in system call %s (%s)\n"
                     : "2. this time it went well; process %d was in system call %s (%s)\n",
                static_cast<int>(pid), first_word_of(proc + "/syscall").c_str(),
                first_word_of(proc + "/wchan").c_str());
    waymark::demo::end_step();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    std::puts("3. ended it with SIGKILL; the next SIGALRM would have waited for ever");
}
