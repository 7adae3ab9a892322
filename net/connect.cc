#include "net/connect.hh"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "daemon/error.hh"
#include "net/socket_options.hh"
#include "net/timed_io.hh"

namespace waymark::net {

namespace {

constexpr std::chrono::milliseconds kQueuePause(5);

bool has_peer(const Fd& socket) {
    sockaddr_storage peer;
    socklen_t size = sizeof peer;
    return ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

// The socket is writable when the attempt is over, well or badly; only SO_ERROR tells which.
// ENOTCONN if there was no attempt: the signal came before the system had begun one.
int wait_for_outcome(const Fd& socket, Deadline deadline) {
    if (wait_writable(socket, deadline) == Ready::timed_out) return ETIMEDOUT;
    const int error_number = pending_error(socket);
    return error_number == 0 && !has_peer(socket) ? ENOTCONN : error_number;
}

// 0, or the errno that ended the attempt. The socket is non-blocking.
int try_connect(const Fd& socket, const Address& address, Deadline deadline) {
    while (true) {
        const int result = ::connect(socket.get(), address.data(), address.size());
        int error_number = result == 0 ? 0 : errno;
        switch (classify_connect_error(error_number, address.family())) {
            case ConnectErrorKind::in_progress:
                error_number = wait_for_outcome(socket, deadline);
                if (error_number != ENOTCONN) return error_number;
                if (deadline.expired()) return ETIMEDOUT;
                break;
            case ConnectErrorKind::queue_full:
                // A Unix listener has no room, and nothing tells when it has (connect(2)).
                if (deadline.expired()) return ETIMEDOUT;
                ::poll(nullptr, 0, std::min(deadline, Deadline::after(kQueuePause)).poll_timeout());
                break;
            default:
                return error_number;
        }
    }
}

ConnectStatus status_of(int error_number, const Address& address) {
    switch (classify_connect_error(error_number, address.family())) {
        case ConnectErrorKind::connected:
            return ConnectStatus::connected;
        case ConnectErrorKind::refused:
            return ConnectStatus::refused;
        case ConnectErrorKind::timed_out:
            return ConnectStatus::timed_out;
        case ConnectErrorKind::unreachable:
            return ConnectStatus::unreachable;
        case ConnectErrorKind::unusable:
            return ConnectStatus::unusable;
        default:
            daemon::fail(error_number, "connect", address.to_string());
    }
}

// Makes the socket too: one on which connect failed cannot be used again (connect(2), NOTES).
void attempt(const Address& address, Deadline deadline, ConnectResult& result) {
    Fd socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // A machine without IPv6 has no way to an IPv6 address; the next one may work.
    const int error_number = socket ? try_connect(socket, address, deadline) : errno;
    result.status = status_of(error_number, address);
    if (result.status != ConnectStatus::connected) {
        result.failures.push_back({address, result.status, error_number});
        return;
    }
    result.socket = std::move(socket);
    result.address = address;
}

Deadline share_of(Deadline deadline, std::size_t addresses_left) {
    const auto now = Deadline::Clock::now();
    if (deadline.is_never() || deadline.expired(now)) return deadline;
    return Deadline::after((deadline.instant() - now) / static_cast<long>(addresses_left), now);
}

}  // namespace

ConnectErrorKind classify_connect_error(int error_number, int family) {
    switch (error_number) {
        case 0:
            return ConnectErrorKind::connected;
        case EINPROGRESS:
        case EALREADY:
        case EINTR:  // the attempt goes on by itself; connect again would say EALREADY (connect(2))
            return ConnectErrorKind::in_progress;
        case EAGAIN:  // for IP: no local port is left
            return family == AF_UNIX ? ConnectErrorKind::queue_full : ConnectErrorKind::unusable;
        case ECONNREFUSED:
        case ECONNRESET:  // a listener that drops us before it accepts
        case ENOENT:      // no such Unix socket
            return ConnectErrorKind::refused;
        case ETIMEDOUT:
            return ConnectErrorKind::timed_out;
        case EHOSTUNREACH:
        case EHOSTDOWN:
        case ENETUNREACH:
        case ENETDOWN:
        case EAFNOSUPPORT:
            return ConnectErrorKind::unreachable;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
        case EBADF:
        case ENOTSOCK:
            return ConnectErrorKind::failure;
        // Whatever else: EACCES, EPERM, EINVAL (no zone), EADDRNOTAVAIL (no port, or the family is
        // switched off), ... A list of them would be short of one, and end the attempt on the rest.
        default:
            return ConnectErrorKind::unusable;
    }
}

ConnectResult connect_to_any(std::span<const Address> addresses, Deadline deadline,
                             SocketMode mode) {
    assert(!addresses.empty());
    ConnectResult result{ConnectStatus::timed_out, Fd(), Address(), {}};
    for (std::size_t i = 0; i < addresses.size() && !result.socket; ++i)
        attempt(addresses[i], share_of(deadline, addresses.size() - i), result);
    if (result.socket && mode == SocketMode::blocking)
        daemon::set_nonblocking(result.socket, false);
    return result;
}

ConnectResult connect_to(const Address& address, Deadline deadline, SocketMode mode) {
    return connect_to_any(std::span(&address, 1), deadline, mode);
}

std::vector<Address> alternate_families(std::span<const Address> addresses) {
    std::vector<Address> first, other, result;
    for (const Address& address : addresses)
        (address.family() == addresses.front().family() ? first : other).push_back(address);
    for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
        if (i < first.size()) result.push_back(first[i]);
        if (i < other.size()) result.push_back(other[i]);
    }
    return result;
}

std::string ConnectResult::error_text() const {
    std::string text;
    for (const ConnectFailure& failure : failures)
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", failure.address.to_string(),
                            daemon::error_text(failure.error_number));
    return text;
}

}  // namespace waymark::net
