#include "net/without_sigpipe.hh"

#include <cerrno>
#include <ctime>

namespace waymark::net {

namespace {

sigset_t only_sigpipe() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGPIPE);
    return set;
}

}  // namespace

WithoutSigpipe::WithoutSigpipe() {
    const sigset_t sigpipe = only_sigpipe();
    ::pthread_sigmask(SIG_BLOCK, &sigpipe, &previous_);
    // One that waits already is the caller's. It can wait only where the signal was blocked before.
    if (::sigismember(&previous_, SIGPIPE) == 0) return;
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
}

WithoutSigpipe::~WithoutSigpipe() {
    const int saved_errno = errno;
    const sigset_t sigpipe = only_sigpipe();
    const timespec at_once{0, 0};
    if (saved_errno == EPIPE && !was_pending_)
        while (::sigtimedwait(&sigpipe, nullptr, &at_once) == -1 && errno == EINTR) continue;
    ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
    errno = saved_errno;
}

}  // namespace waymark::net
