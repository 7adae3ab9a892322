#include "daemon/quiet_write.hh"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

namespace waymark::daemon {

namespace {

constexpr int kRaisedByWrite[] = {SIGPIPE, SIGXFSZ};

bool write_all(int number, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(number, text.data(), text.size());
        if (written == -1 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

bool write_quietly(int number, std::string_view text) noexcept {
    sigset_t held;
    sigset_t mask_before;
    sigset_t pending_before;
    sigset_t pending_now;
    ::sigemptyset(&held);
    for (const int signal : kRaisedByWrite) ::sigaddset(&held, signal);
    ::pthread_sigmask(SIG_BLOCK, &held, &mask_before);
    ::sigpending(&pending_before);
    const bool written = write_all(number, text);

    // The result of write(2) does not tell: it counts what went before the reader left, and the
    // signal is raised all the same. One that was pending before is somebody else's, and stays.
    ::sigpending(&pending_now);
    for (const int signal : kRaisedByWrite)
        if (::sigismember(&pending_now, signal) == 1 &&
            ::sigismember(&pending_before, signal) == 0) {
            sigset_t raised;
            ::sigemptyset(&raised);
            ::sigaddset(&raised, signal);
            const timespec at_once{0, 0};
            ::sigtimedwait(&raised, nullptr, &at_once);
        }
    ::pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
    return written;
}

}  // namespace waymark::daemon
