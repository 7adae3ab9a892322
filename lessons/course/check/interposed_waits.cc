// The calls that wait for signals or change which are let in, defined in front of the C library's
// like those in interposed.cc. Most of them matter for one thing: Faults::before puts a signal
// exactly between a program's look at its flag and its wait.

#include <dlfcn.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "lessons/course/check/fault_plan.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int pause() {
    static auto* const real = next<int()>("pause");
    return call_fails(Call::pause) ? -1 : real();
}

int sigsuspend(const sigset_t* mask) {
    static auto* const real = next<int(const sigset_t*)>("sigsuspend");
    return call_fails(Call::pause) ? -1 : real(mask);
}

int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* time) {
    static auto* const real =
        next<int(const sigset_t*, siginfo_t*, const timespec*)>("sigtimedwait");
    return call_fails(Call::pause) ? -1 : real(set, info, time);
}

int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
    static auto* const real = next<int(const sigset_t*, siginfo_t*)>("sigwaitinfo");
    return call_fails(Call::pause) ? -1 : real(set, info);
}

int nanosleep(const timespec* time, timespec* left) {
    static auto* const real = next<int(const timespec*, timespec*)>("nanosleep");
    return call_fails(Call::pause) ? -1 : real(time, left);
}

// Returns its error instead of setting errno, as pthread_sigmask does.
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
    static auto* const real =
        next<int(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
    return call_fails(Call::pause) ? errno : real(clock, flags, time, left);
}

int pselect(int count, fd_set* reading, fd_set* writing, fd_set* other, const timespec* time,
            const sigset_t* mask) {
    static auto* const real =
        next<int(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*)>("pselect");
    return call_fails(Call::poll) ? -1 : real(count, reading, writing, other, time, mask);
}

int epoll_pwait(int fd, epoll_event* events, int most, int milliseconds, const sigset_t* mask) {
    static auto* const real =
        next<int(int, epoll_event*, int, int, const sigset_t*)>("epoll_pwait");
    return call_fails(Call::poll) ? -1 : real(fd, events, most, milliseconds, mask);
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* previous) noexcept {
    static auto* const real = next<int(int, const sigset_t*, sigset_t*)>("pthread_sigmask");
    return call_fails(Call::sigmask) ? errno : real(how, set, previous);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* previous) noexcept {
    static auto* const real = next<int(int, const sigset_t*, sigset_t*)>("sigprocmask");
    return call_fails(Call::sigmask) ? -1 : real(how, set, previous);
}

}  // extern "C"
