#include "daemon/without_write_signals.hh"

#include <cerrno>
#include <ctime>

namespace waymark::daemon {

namespace {

constexpr int kRaisedByWrite[] = {SIGPIPE, SIGXFSZ};

}  // namespace

WithoutWriteSignals::WithoutWriteSignals() {
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
    const int saved_errno = errno;
    const timespec at_once{0, 0};
    // Ends with EAGAIN when none is left.
    while (::sigtimedwait(&ours_, nullptr, &at_once) != -1 || errno == EINTR) continue;
    ::pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
    errno = saved_errno;
}

}  // namespace waymark::daemon
