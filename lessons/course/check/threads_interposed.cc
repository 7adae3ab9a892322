// The calls about threads that faults.hh can let fail, as in interposed.cc: defined here and so in
// front of the C library's, and in front of the sanitizer's. The standard library's std::thread and
// std::condition_variable come through here too.
//
// Waits for a condition come with the clock that limits them, for Faults::time_stands_still and
// expire. A program whose threads are never woken, but look by themselves now and then, works in
// every test that takes its time; and one that gives up after a second works in every test that
// takes less. std::condition_variable does not believe what pthread_cond_clockwait says; it looks
// at the clock. So the clock is moved, for the one thread that waited.

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <cerrno>

#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;
using waymark::course::check::real_call;
using waymark::course::check::show_fast_clock;
using waymark::course::check::time_is_up;
using waymark::course::check::time_stands_still;

thread_local time_t seconds_ahead = 0;

// A wake-up without a reason: the lock was free for a moment, and nothing has changed.
int let_others_in(pthread_mutex_t* mutex) {
    ::pthread_mutex_unlock(mutex);
    ::sched_yield();
    return ::pthread_mutex_lock(mutex);
}

int run_out(pthread_mutex_t* mutex, clockid_t clock, const timespec* time) {
    if (const int error = let_others_in(mutex); error != 0) return error;
    timespec now{};
    ::clock_gettime(clock, &now);
    if (now.tv_sec <= time->tv_sec) seconds_ahead += time->tv_sec - now.tv_sec + 1;
    return ETIMEDOUT;
}

int wait_untimed(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    static auto* const real =
        real_call<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    return real(condition, mutex);
}

}  // namespace

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
    static auto* const real =
        real_call<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>(
            "pthread_create");
    return call_fails(Call::thread_create) ? errno : real(thread, attributes, start, argument);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    static auto* const real = real_call<int(clockid_t, timespec*)>("clock_gettime");
    const int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME))
        now->tv_sec += seconds_ahead;
    if (result == 0) show_fast_clock(clock, now);
    return result;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    return call_fails(Call::cond_wait) ? let_others_in(mutex) : wait_untimed(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* time) {
    static auto* const real = real_call<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)>(
        "pthread_cond_timedwait");
    if (call_fails(Call::cond_wait)) return let_others_in(mutex);
    if (time_stands_still(Call::cond_wait)) return wait_untimed(condition, mutex);
    return time_is_up(Call::cond_wait) ? run_out(mutex, CLOCK_REALTIME, time)
                                       : real(condition, mutex, time);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* time) {
    static auto* const real =
        real_call<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>(
            "pthread_cond_clockwait");
    if (call_fails(Call::cond_wait)) return let_others_in(mutex);
    if (time_stands_still(Call::cond_wait)) return wait_untimed(condition, mutex);
    return time_is_up(Call::cond_wait) ? run_out(mutex, clock, time)
                                       : real(condition, mutex, clock, time);
}

}  // extern "C"
