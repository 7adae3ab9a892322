#include "net/tls_socket.hh"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net {

namespace {

// What is still read, and dropped, from a peer whose handshake has failed.
constexpr std::size_t kMostLingering = 64 * 1024;

}  // namespace

TlsSocket::TlsSocket(Fd socket, std::unique_ptr<TlsSession> session)
    : socket_(std::move(socket)), session_(std::move(session)) {}

ssize_t TlsSocket::receive(std::span<char> buffer) {
    ssize_t got = 0;
    do {
        got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    } while (got == -1 && errno == EINTR);
    return got;
}

ssize_t TlsSocket::send(std::string_view bytes) {
    ssize_t put = 0;
    do {
        put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (put == -1 && errno == EINTR);
    return put;
}

IoStatus TlsSocket::wait(Deadline deadline) {
    if (errno != EAGAIN) {
        const bool is_ours = errno != EPROTO && classify_io_error(errno) == IoErrorKind::failure;
        if (is_ours) daemon::fail(errno, "tls", fmt::format("descriptor {}", socket_.get()));
        return IoStatus::broken;
    }
    // A peer that always has one more byte must not carry us past the deadline.
    if (deadline.expired()) return IoStatus::timed_out;
    const Ready ready = session_->has_unsent() ? wait_writable(socket_, deadline)
                                               : wait_readable(socket_, deadline);
    return ready == Ready::ready ? IoStatus::done : IoStatus::timed_out;
}

IoStatus TlsSocket::handshake(Deadline deadline) {
    while (session_->shake_hands(*this) != 1) {
        const IoStatus status = wait(deadline);
        if (status == IoStatus::broken) linger(deadline);
        if (status != IoStatus::done) return status;
    }
    return IoStatus::done;
}

// Were the socket closed with unread bytes in it, the kernel would send a reset, and the peer lose
// our reason.
void TlsSocket::linger(Deadline deadline) {
    ::shutdown(socket_.get(), SHUT_WR);
    const Deadline end = std::min(deadline, Deadline::after(kLinger));
    char buffer[4096];
    for (std::size_t dropped = 0; dropped < kMostLingering && !end.expired();) {
        if (wait_readable(socket_, end) != Ready::ready) return;
        const ssize_t got = receive(buffer);
        if (got == 0 || (got == -1 && errno != EAGAIN)) return;
        if (got > 0) dropped += static_cast<std::size_t>(got);
    }
}

IoResult TlsSocket::read_some(std::span<std::byte> buffer, Deadline deadline) {
    assert(!buffer.empty());
    while (true) {
        const ssize_t got = session_->receive(
            *this, std::span(reinterpret_cast<char*>(buffer.data()), buffer.size()));
        if (got > 0) return {IoStatus::done, static_cast<std::size_t>(got)};
        if (got == 0) return {session_->was_cut() ? IoStatus::broken : IoStatus::end, 0};
        const IoStatus status = wait(deadline);
        if (status != IoStatus::done) return {status, 0};
    }
}

IoResult TlsSocket::read_exactly(std::span<std::byte> buffer, Deadline deadline) {
    std::size_t count = 0;
    while (count < buffer.size()) {
        if (count > 0 && deadline.expired()) return {IoStatus::timed_out, count};
        const IoResult result = read_some(buffer.subspan(count), deadline);
        count += result.count;
        if (result.status != IoStatus::done) return {result.status, count};
    }
    return {IoStatus::done, count};
}

IoResult TlsSocket::write_all(std::span<const std::byte> bytes, Deadline deadline) {
    std::size_t count = 0;
    while (count < bytes.size()) {
        if (count > 0 && deadline.expired()) return {IoStatus::timed_out, count};
        const iovec piece{const_cast<std::byte*>(bytes.data() + count), bytes.size() - count};
        const ssize_t put = session_->send(*this, std::span(&piece, 1), Follows::nothing);
        if (put > 0) {
            count += static_cast<std::size_t>(put);
            continue;
        }
        const IoStatus status = wait(deadline);
        if (status != IoStatus::done) return {status, count};
    }
    return {flush(deadline), count};
}

IoResult TlsSocket::write_all(std::string_view text, Deadline deadline) {
    return write_all(std::as_bytes(std::span(text)), deadline);
}

IoStatus TlsSocket::flush(Deadline deadline) {
    while (session_->flush(*this) != 0) {
        const IoStatus status = wait(deadline);
        if (status != IoStatus::done) return status;
    }
    return IoStatus::done;
}

IoStatus TlsSocket::shutdown_write(Deadline deadline) {
    session_->end(*this);
    const IoStatus status = flush(deadline);
    ::shutdown(socket_.get(), SHUT_WR);
    return status;
}

void TlsSocket::reset_on_close() {
    const struct linger no_wait { .l_onoff = 1, .l_linger = 0 };
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
}

}  // namespace waymark::net
