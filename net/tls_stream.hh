// A secured connection on the event loop: a Stream with its verbs, outcomes and deadlines, and what
// only TLS knows. Code that takes a Stream takes this one.
//
//     TlsStream stream(loop, std::move(socket), context.connect("tracker.example"));
//     const Transfer secured = co_await stream.handshake(deadline);
//     if (secured.outcome != Outcome::done) co_return log(stream.reason().words);
//
// The handshake is a wait like any other, of the connection's own coroutine: it holds up no accept.
// shutdown_write() says close_notify; Outcome::truncated is a peer that has not.

#pragma once

#include <memory>
#include <utility>

#include "net/stream.hh"
#include "net/tls_session.hh"

namespace waymark::net {

class TlsStream final : public Stream {
  public:
    // As Stream; the session comes from a context (net/tls_context).
    TlsStream(EventLoop& loop, daemon::Fd socket, std::unique_ptr<TlsSession> session)
        : Stream(loop, std::move(socket), std::move(session)) {}

    // Version, cipher, the protocol agreed on, and whether an old session went on.
    const TlsSession& session() const { return static_cast<const TlsSession&>(*layer()); }
    // Who the peer has proven to be; null before the handshake, and of one without a certificate.
    const TlsPeer* peer() const { return session().peer(); }
    // Why an outcome was `failed` or `truncated`.
    const TlsFailure& reason() const { return session().reason(); }
};

}  // namespace waymark::net
