#include "daemon/fd.hh"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "daemon/error.hh"

namespace waymark::daemon {

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Fd::reset() {
    if (number_ < 0) return;
    const int saved_errno = errno;
    // Not repeated on EINTR: on Linux the number is free already, and may be another thread's by
    // now (close(2), NOTES).
    ::close(std::exchange(number_, -1));
    errno = saved_errno;
}

Fd Fd::duplicate() const {
    return Fd(check(::fcntl(number_, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC"));
}

Pipe make_pipe() {
    int numbers[2];
    check(::pipe2(numbers, O_CLOEXEC), "pipe2");
    return {Fd(numbers[0]), Fd(numbers[1])};
}

SocketPair make_socket_pair(int type) {
    int numbers[2];
    check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, numbers), "socketpair");
    return {Fd(numbers[0]), Fd(numbers[1])};
}

void set_nonblocking(const Fd& fd, bool nonblocking) {
    const int flags = check(::fcntl(fd.get(), F_GETFL), "fcntl F_GETFL");
    const int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags) check(::fcntl(fd.get(), F_SETFL, wanted), "fcntl F_SETFL");
}

void close_all_but(std::vector<int> keep) {
    std::sort(keep.begin(), keep.end());
    unsigned first = 3;
    for (const int number : keep) {
        if (number < static_cast<int>(first)) continue;
        const unsigned kept = static_cast<unsigned>(number);
        if (kept > first) check(::close_range(first, kept - 1, 0), "close_range");
        first = kept + 1;
    }
    check(::close_range(first, ~0U, 0), "close_range");
}

int count_open_descriptors() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count - 1;
}

}  // namespace waymark::daemon
