#include "net/timed_io.hh"

#include <fmt/core.h>
#include <limits.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "daemon/error.hh"
#include "daemon/without_write_signals.hh"

namespace waymark::net {

using daemon::fail;

//#region exercise-08
namespace {

//#region timed-poll
Ready wait_by_poll(const Fd& fd, short events, Deadline deadline) {
    // poll(2) passes over a negative number, and would wait for nothing.
    if (fd.get() < 0) fail(EBADF, "poll", fmt::format("descriptor {}", fd.get()));
    while (true) {
        pollfd waiting{fd.get(), events, 0};
        const int count = ::poll(&waiting, 1, deadline.poll_timeout());  //@ 1
        if (count == -1 && errno != EINTR) fail(errno, "poll");
        if (count == 1 && (waiting.revents & POLLNVAL) != 0)
            fail(EBADF, "poll", fmt::format("descriptor {}", fd.get()));
        // POLLERR and POLLHUP count as ready: the read or write that follows tells what happened.
        if (count == 1) return Ready::ready;  //@ 2
        // Interrupted, or at the longest wait that poll can say: go on with what is left.
        if (deadline.expired()) return Ready::timed_out;  //@ 3
    }
}
//#endregion timed-poll

//#region timed-select
Ready wait_by_select(const Fd& fd, bool for_reading, Deadline deadline) {
    if (fd.get() < 0) fail(EBADF, "select", fmt::format("descriptor {}", fd.get()));
    if (fd.get() >= FD_SETSIZE)  //@ 1
        fail(EINVAL, "select",
             fmt::format("descriptor {} (an fd_set ends at {}; use poll)", fd.get(),
                         FD_SETSIZE - 1));
    while (true) {
        // select changes the set and, on Linux, the time: both are made anew for each call.
        fd_set waiting;
        FD_ZERO(&waiting);  //@ 2..
        FD_SET(fd.get(), &waiting);
        timeval left = deadline.select_timeout();  //@ ..2
        const int count = ::select(fd.get() + 1, for_reading ? &waiting : nullptr,
                                   for_reading ? nullptr : &waiting, nullptr, &left);
        if (count == -1 && errno != EINTR) fail(errno, "select");
        if (count == 1) return Ready::ready;  //@ 3
        if (deadline.expired()) return Ready::timed_out;
    }
}
//#endregion timed-select

// One attempt that does not block, although the descriptor may: a socket that poll called readable
// may have nothing after all (select(2), BUGS), so MSG_DONTWAIT is said as well.
ssize_t read_once(int fd, std::span<std::byte> buffer) {
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == -1 && errno == ENOTSOCK) return ::read(fd, buffer.data(), buffer.size());
    return count;
}

// A pipe that is writable has room for PIPE_BUF bytes (pipe(7)); more could block.
ssize_t write_once(int fd, std::span<const std::byte> bytes) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count != -1 || errno != ENOTSOCK) return count;
    const daemon::WithoutWriteSignals guard;
    return ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

// After a call that returned -1: is the connection gone, or is the call to be repeated? Throws when
// it is neither.
bool is_broken(const char* call, const Fd& fd) {
    const int error_number = errno;
    const IoErrorKind kind = classify_io_error(error_number);
    if (kind == IoErrorKind::failure)
        fail(error_number, call, fmt::format("descriptor {}", fd.get()));
    return kind == IoErrorKind::broken;
}

}  // namespace

Ready wait_readable(const Fd& fd, Deadline deadline) {
    return wait_by_poll(fd, POLLIN, deadline);
}

Ready wait_writable(const Fd& fd, Deadline deadline) {
    return wait_by_poll(fd, POLLOUT, deadline);
}

Ready wait_readable_by_select(const Fd& fd, Deadline deadline) {
    return wait_by_select(fd, true, deadline);
}

Ready wait_writable_by_select(const Fd& fd, Deadline deadline) {
    return wait_by_select(fd, false, deadline);
}

IoErrorKind classify_io_error(int error_number) {
    switch (error_number) {
        case EAGAIN:
        case EINTR:
            return IoErrorKind::try_again;
        case ECONNRESET:
        case EPIPE:
        case ETIMEDOUT:  // TCP_USER_TIMEOUT or keepalive gave up
        case ECONNABORTED:
        case ECONNREFUSED:
        case EHOSTUNREACH:
        case EHOSTDOWN:
        case ENETUNREACH:
        case ENETDOWN:
        case ENETRESET:
        // What a router has said last before the kernel gave up (icmp(7)): a firewall on the way
        // (ICMPv6), no such protocol, a parameter, a host apart, a source route.
        case EACCES:
        case ENOPROTOOPT:
        case EPROTO:
        case ENONET:
        case EOPNOTSUPP:
            return IoErrorKind::broken;
        default:
            return IoErrorKind::failure;
    }
}

IoResult read_some(const Fd& fd, std::span<std::byte> buffer, Deadline deadline) {
    assert(!buffer.empty());  // a read of nothing returns 0, which would look like the end
    while (wait_readable(fd, deadline) == Ready::ready) {
        const ssize_t count = read_once(fd.get(), buffer);
        if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
        if (count == 0) return {IoStatus::end, 0};
        if (is_broken("read", fd)) return {IoStatus::broken, 0};
        if (deadline.expired()) break;
    }
    return {IoStatus::timed_out, 0};
}

//#region timed-read
IoResult read_exactly(const Fd& fd, std::span<std::byte> buffer, Deadline deadline) {
    std::size_t count = 0;
    while (count < buffer.size()) {
        // A peer that always has one more byte ready must not carry us past the deadline.
        if (count > 0 && deadline.expired()) return {IoStatus::timed_out, count};  //@ 3
        const IoResult result = read_some(fd, buffer.subspan(count), deadline);    //@ 1
        count += result.count;                                                     //@ 2
        if (result.status != IoStatus::done) return {result.status, count};
    }
    return {IoStatus::done, count};
}
//#endregion timed-read

//#region timed-write
IoResult write_all(const Fd& fd, std::span<const std::byte> bytes, Deadline deadline) {
    std::size_t count = 0;
    bool has_tried = false;
    while (count < bytes.size()) {
        // Also where nothing was taken: poll may say "writable" for ever, and the write EAGAIN.
        if (has_tried && deadline.expired()) return {IoStatus::timed_out, count};  //@ 3
        if (wait_writable(fd, deadline) == Ready::timed_out) return {IoStatus::timed_out, count};
        const ssize_t written = write_once(fd.get(), bytes.subspan(count));  //@ 1
        has_tried = true;
        if (written >= 0) count += static_cast<std::size_t>(written);  //@ 2
        if (written == -1 && is_broken("write", fd)) return {IoStatus::broken, count};
    }
    return {IoStatus::done, count};
}
//#endregion timed-write
//#endregion exercise-08

IoResult write_all(const Fd& fd, std::string_view text, Deadline deadline) {
    return write_all(fd, std::as_bytes(std::span(text)), deadline);
}

}  // namespace waymark::net
