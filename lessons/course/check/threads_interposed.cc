// The calls about threads that faults.hh can let fail, as in interposed.cc: defined here and so in
// front of the C library's, and in front of the sanitizer's. The standard library's std::thread and
// std::condition_variable come through here too.

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>

#include <cerrno>

#include "lessons/course/check/fault_plan.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// A wake-up without a reason: the lock was free for a moment, and nothing has changed.
int wake_up(pthread_mutex_t* mutex) {
    ::pthread_mutex_unlock(mutex);
    ::sched_yield();
    return ::pthread_mutex_lock(mutex);
}

}  // namespace

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
    static auto* const real =
        next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
    return call_fails(Call::thread_create) ? errno : real(thread, attributes, start, argument);
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    static auto* const real = next<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    return call_fails(Call::cond_wait) ? wake_up(mutex) : real(condition, mutex);
}

}  // extern "C"
