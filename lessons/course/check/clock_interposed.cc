// Waits for a condition that have a limit, and the clock by which they are limited, for
// Faults::stop_the_clock and hurry_the_clock. A program whose threads are never woken, but look by
// themselves now and then, works in every test that takes its time; and one that gives up after a
// second works in every test that takes less. Here no time passes, or all of it at once.
//
// The library's std::condition_variable does not believe what pthread_cond_clockwait says; it looks
// at the clock. So the clock is moved, for the one thread that waited.

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <cerrno>

#include "lessons/course/check/fault_plan.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;
using waymark::course::check::time_is_up;
using waymark::course::check::time_stands_still;
using waymark::course::check::wait_clock;
using waymark::course::check::WaitClock;

thread_local time_t seconds_ahead = 0;

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool never_ends_by_time() {
    return wait_clock() == WaitClock::stands || time_stands_still();
}

// The wait is over: without a reason, or because its time is.
int end_wait(pthread_mutex_t* mutex, clockid_t clock, const timespec* time, bool by_time) {
    ::pthread_mutex_unlock(mutex);
    ::sched_yield();
    const int error = ::pthread_mutex_lock(mutex);
    if (error != 0 || !by_time) return error;
    timespec now{};
    ::clock_gettime(clock, &now);
    if (now.tv_sec <= time->tv_sec) seconds_ahead += time->tv_sec - now.tv_sec + 1;
    return ETIMEDOUT;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
    const int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME))
        now->tv_sec += seconds_ahead;
    return result;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* time) {
    static auto* const real =
        next<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)>("pthread_cond_timedwait");
    if (call_fails(Call::cond_wait))
        return end_wait(mutex, CLOCK_REALTIME, time, wait_clock() == WaitClock::hurries);
    if (!never_ends_by_time() && time_is_up(Call::cond_wait))
        return end_wait(mutex, CLOCK_REALTIME, time, true);
    static auto* const untimed = next<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    return never_ends_by_time() ? untimed(condition, mutex) : real(condition, mutex, time);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* time) {
    static auto* const real =
        next<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>(
            "pthread_cond_clockwait");
    if (call_fails(Call::cond_wait))
        return end_wait(mutex, clock, time, wait_clock() == WaitClock::hurries);
    if (!never_ends_by_time() && time_is_up(Call::cond_wait))
        return end_wait(mutex, clock, time, true);
    static auto* const untimed = next<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    return never_ends_by_time() ? untimed(condition, mutex) : real(condition, mutex, clock, time);
}

}  // extern "C"
