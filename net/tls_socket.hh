// A secured connection for a thread or process that waits: the verbs of net/timed_io, each with one
// deadline for the whole message. A server with a thread for each connection makes one of these for
// each, in its thread; net/tls_stream is the same on an event loop.
//
//     TlsSocket peer(std::move(socket), context.accept());
//     if (peer.handshake(deadline) != IoStatus::done) return log(peer.reason().words);
//     const IoResult got = peer.read_some(buffer, deadline);
//
// `end` is the peer's own word (close_notify). A connection that ended without it is `broken`, and
// reason() says `truncated`. What the system refuses for our sake throws std::system_error, as in
// net/timed_io. Nothing here raises SIGPIPE. One thread at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/timed_io.hh"
#include "net/tls_session.hh"

namespace waymark::net {

class TlsSocket final : private Wire {
  public:
    // Takes a connected stream socket, blocking or not, whose mode stays as it is.
    TlsSocket(Fd socket, std::unique_ptr<TlsSession> session);

    // done, timed_out, or broken: reason() says why. Everything else has to come after it. One that
    // fails has told the peer why and given it up to kLinger to read that (net/stream).
    static constexpr std::chrono::milliseconds kLinger{1'000};
    IoStatus handshake(Deadline deadline);

    IoResult read_some(std::span<std::byte> buffer, Deadline deadline);
    IoResult read_exactly(std::span<std::byte> buffer, Deadline deadline);
    // `done` means that the kernel has them. After any other status the stream is cut where nobody
    // knows: nothing can be written any more.
    IoResult write_all(std::span<const std::byte> bytes, Deadline deadline);
    IoResult write_all(std::string_view text, Deadline deadline);

    // Says close_notify and ends our side of the socket; without it the peer will find what it got
    // truncated.
    IoStatus shutdown_write(Deadline deadline);
    // As Stream::reset_on_close().
    void reset_on_close();

    const Fd& socket() const { return socket_; }
    const TlsSession& session() const { return *session_; }
    // Who the peer has proven to be; null before the handshake, and of one without a certificate.
    const TlsPeer* peer() const { return session_->peer(); }
    const TlsFailure& reason() const { return session_->reason(); }

  private:
    ssize_t receive(std::span<char> buffer) override;
    ssize_t send(std::string_view bytes) override;

    // After a call that returned -1. Waits for what the session waits for; `done` to call it again.
    IoStatus wait(Deadline deadline);
    IoStatus flush(Deadline deadline);
    void linger(Deadline deadline);

    Fd socket_;
    std::unique_ptr<TlsSession> session_;
};

}  // namespace waymark::net
