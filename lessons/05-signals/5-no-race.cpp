// Right, three times: the signal comes at the same bad moment, between the look and the wait, and
// the wait ends at once. ppoll(2) lets the signal in only while it sleeps. A self-pipe makes the
// signal a byte that waits to be read. signalfd(2) has the kernel keep the signal and makes the
// keeping readable.
//
// Look at: all three are woken, none by the time-out.

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include "daemon/signals.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

constexpr timespec kFiveSeconds{5, 0};
constexpr int kFiveSecondsInMilliseconds = 5000;

bool is_woken(int result) {
    return result == -1 && errno == EINTR;
}

//#region cure-ppoll
bool wait_with_ppoll() {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGUSR1});  // from here on it waits at the door  //@ 1
    if (flag.raised()) return true;    //@ 2
    ::raise(SIGUSR1);                  // the signal comes now
    return is_woken(::ppoll(nullptr, 0, &kFiveSeconds, &mask.previous()));  //@ 3
}
//#endregion cure-ppoll

//#region cure-self-pipe
std::atomic<int> pipe_end = -1;

void write_a_byte(int) {
    const int kept = errno;  // the program may be between a call and its look at errno
    (void)!::write(pipe_end, "", 1);
    errno = kept;
}

bool wait_with_self_pipe() {
    const Pipe pipe = make_pipe();
    set_nonblocking(pipe.writing, true);  // a handler must never wait, not for a full pipe either
    pipe_end = pipe.writing.get();
    struct sigaction action {};
    action.sa_handler = write_a_byte;
    struct sigaction previous {};
    ::sigaction(SIGUSR1, &action, &previous);
    pollfd readable{pipe.reading.get(), POLLIN, 0};
    ::raise(SIGUSR1);  // the signal comes now
    const bool woken = ::poll(&readable, 1, kFiveSecondsInMilliseconds) == 1;
    ::sigaction(SIGUSR1, &previous, nullptr);
    return woken;
}
//#endregion cure-self-pipe

//#region cure-signalfd
bool wait_with_signalfd() {
    SignalDescriptor signals{SIGUSR1};
    ::raise(SIGUSR1);  // the signal comes now
    pollfd readable{signals.fd().get(), POLLIN, 0};
    return ::poll(&readable, 1, kFiveSecondsInMilliseconds) == 1 && signals.next() == SIGUSR1;
}
//#endregion cure-signalfd

void show(const char* what, bool (*wait)()) {
    std::printf("%-13s %s\n", what, wait() ? "woken at once" : "slept five seconds");
    waymark::demo::end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    show("1. ppoll", wait_with_ppoll);
    show("2. self-pipe", wait_with_self_pipe);
    show("3. signalfd", wait_with_signalfd);
}
