#include "daemon/without_write_signals.hh"

#include <pthread.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace waymark::daemon {

namespace {

constexpr int kRaisedByWrite[] = {SIGPIPE, SIGXFSZ};

thread_local bool is_held_back = false;

// A child may begin with another mask than its parent's (daemon/children), so it looks for itself.
[[maybe_unused]] const int forgotten_by_children =
    ::pthread_atfork(nullptr, nullptr, [] { is_held_back = false; });

}  // namespace

WithoutWriteSignals::WithoutWriteSignals() : is_within_(std::exchange(is_held_back, true)) {
    if (is_within_) return;
    const int saved_errno = errno;
    ::sigemptyset(&ours_);
    for (const int signal : kRaisedByWrite) ::sigaddset(&ours_, signal);
    ::pthread_sigmask(SIG_BLOCK, &ours_, &previous_mask_);
    // One that waits already is the caller's. It can wait only where it was blocked before.
    for (const int signal : kRaisedByWrite) {
        if (::sigismember(&previous_mask_, signal) == 0) continue;
        sigset_t pending;
        ::sigpending(&pending);
        if (::sigismember(&pending, signal) == 1) ::sigdelset(&ours_, signal);
    }
    errno = saved_errno;
}

WithoutWriteSignals::~WithoutWriteSignals() {
    if (is_within_) return;
    is_held_back = false;
    const int saved_errno = errno;
    const timespec at_once{0, 0};
    // Ends with EAGAIN when none is left.
    while (::sigtimedwait(&ours_, nullptr, &at_once) != -1 || errno == EINTR) continue;
    ::pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
    errno = saved_errno;
}

}  // namespace waymark::daemon
