// The calls that wait for signals or change which are let in, defined in front of the C library's
// like those in interposed.cc. Most of them matter for one thing: Faults::before puts a signal
// exactly between a program's look at its flag and its wait.

#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_done;
using waymark::course::check::call_fails;
using waymark::course::check::clock_is_fast;
using waymark::course::check::KeptSets;
using waymark::course::check::length_of;
using waymark::course::check::patience;
using waymark::course::check::real_call;
using waymark::course::check::time_is_up;
using waymark::course::check::wait_fast;

}  // namespace

extern "C" {

int pause() {
    static auto* const real = real_call<int()>("pause");
    return call_fails(Call::pause) ? -1 : real();
}

int sigsuspend(const sigset_t* mask) {
    static auto* const real = real_call<int(const sigset_t*)>("sigsuspend");
    return call_fails(Call::pause) ? -1 : real(mask);
}

int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* time) {
    static auto* const real =
        real_call<int(const sigset_t*, siginfo_t*, const timespec*)>("sigtimedwait");
    if (call_fails(Call::pause)) return -1;
    if (!time || !time_is_up(Call::pause)) return real(set, info, time);
    errno = EAGAIN;
    return -1;
}

int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
    static auto* const real = real_call<int(const sigset_t*, siginfo_t*)>("sigwaitinfo");
    return call_fails(Call::pause) ? -1 : real(set, info);
}

int nanosleep(const timespec* time, timespec* left) {
    static auto* const real = real_call<int(const timespec*, timespec*)>("nanosleep");
    if (call_fails(Call::pause)) return -1;
    if (clock_is_fast()) return wait_fast(length_of(time), [] { return 0; }).value_or(0);
    return time_is_up(Call::pause) ? 0 : real(time, left);
}

// It is never interrupted, and so counted only.
int sigwait(const sigset_t* set, int* signal) {
    static auto* const real = real_call<int(const sigset_t*, int*)>("sigwait");
    (void)call_fails(Call::pause);
    return real(set, signal);
}

// Returns its error instead of setting errno, as pthread_sigmask does.
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
    static auto* const real =
        real_call<int(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
    if (call_fails(Call::pause)) return errno;
    if (clock_is_fast()) {
        timespec now{};
        ::clock_gettime(clock, &now);
        std::chrono::nanoseconds rest = length_of(time);
        // An instant may have passed.
        if ((flags & TIMER_ABSTIME) != 0) rest = std::max(rest - length_of(&now), rest.zero());
        return wait_fast(rest, [] { return 0; }).value_or(0) == 0 ? 0 : errno;
    }
    return time_is_up(Call::pause) ? 0 : real(clock, flags, time, left);
}

int pselect(int count, fd_set* reading, fd_set* writing, fd_set* other, const timespec* time,
            const sigset_t* mask) {
    static auto* const real =
        real_call<int(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*)>("pselect");
    if (call_fails(Call::poll)) return -1;
    if (clock_is_fast()) {
        const KeptSets sets(reading, writing, other);
        const timespec none{};
        const auto look = [&] {
            sets.put_back();
            return real(count, reading, writing, other, &none, mask);
        };
        if (const auto seen = wait_fast(length_of(time), look)) return *seen;
        sets.put_back();
    }
    if (time == nullptr || !time_is_up(Call::poll))
        return real(count, reading, writing, other, patience(time), mask);
    for (fd_set* set : {reading, writing, other})
        if (set != nullptr) FD_ZERO(set);
    return 0;
}

int epoll_pwait(int fd, epoll_event* events, int most, int milliseconds, const sigset_t* mask) {
    static auto* const real =
        real_call<int(int, epoll_event*, int, int, const sigset_t*)>("epoll_pwait");
    if (call_fails(Call::poll)) return -1;
    if (clock_is_fast())
        if (const auto seen =
                wait_fast(length_of(milliseconds), [&] { return real(fd, events, most, 0, mask); }))
            return *seen;
    return milliseconds > 0 && time_is_up(Call::poll)
               ? 0
               : real(fd, events, most, patience(milliseconds), mask);
}

int epoll_pwait2(int fd, epoll_event* events, int most, const timespec* time,
                 const sigset_t* mask) {
    static auto* const real =
        real_call<int(int, epoll_event*, int, const timespec*, const sigset_t*)>("epoll_pwait2");
    if (call_fails(Call::poll)) return -1;
    const timespec none{};
    if (clock_is_fast())
        if (const auto seen =
                wait_fast(length_of(time), [&] { return real(fd, events, most, &none, mask); }))
            return *seen;
    return time && time_is_up(Call::poll) ? 0 : real(fd, events, most, patience(time), mask);
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* previous) noexcept {
    static auto* const real = real_call<int(int, const sigset_t*, sigset_t*)>("pthread_sigmask");
    if (call_fails(Call::sigmask)) return errno;
    const int result = real(how, set, previous);
    call_done(Call::sigmask);
    return result;
}

int sigprocmask(int how, const sigset_t* set, sigset_t* previous) noexcept {
    static auto* const real = real_call<int(int, const sigset_t*, sigset_t*)>("sigprocmask");
    if (call_fails(Call::sigmask)) return -1;
    const int result = real(how, set, previous);
    call_done(Call::sigmask);
    return result;
}

}  // extern "C"
