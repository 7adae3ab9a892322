#include "net/connect.hh"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "daemon/error.hh"
#include "net/connect_attempts.hh"

namespace waymark::net {

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
        // A router's words (icmp(7)). EACCES is one too, of a firewall on the way over IPv6, and
        // cannot be told from our own.
        case ENOPROTOOPT:
        case EPROTO:
        case ENONET:
        case EOPNOTSUPP:
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

ConnectStatus failed_status(int error_number, const Address& address) {
    switch (classify_connect_error(error_number, address.family())) {
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

//#region exercise-07
namespace {

void wait_for_any(const std::vector<const Fd*>& sockets, Deadline until) {
    std::vector<pollfd> waiting;
    for (const Fd* socket : sockets) waiting.push_back({socket->get(), POLLOUT, 0});
    // A signal ends the wait with EINTR; who waits again computes anew what is left.
    const int count = ::poll(waiting.data(), waiting.size(), until.poll_timeout());
    if (count == -1 && errno != EINTR) daemon::fail(errno, "poll");
}

}  // namespace

ConnectResult connect_to_any(std::span<const Address> addresses, Deadline deadline,
                             SocketMode mode) {
    assert(!addresses.empty());
    ConnectAttempts attempts(addresses, deadline);
    for (attempts.advance(); !attempts.is_over(); attempts.advance())
        wait_for_any(attempts.waiting(), attempts.look_again());
    return attempts.take_result(mode);
}
//#endregion exercise-07

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
                            failure.status == ConnectStatus::not_tried
                                ? "not tried in time"
                                : daemon::error_text(failure.error_number));
    return text;
}

}  // namespace waymark::net
