// What may stand between a stream and its socket and change the bytes on their way: TLS
// (net/tls_session). The stream keeps what is its own, readiness, deadlines and turns, and a layer
// has no socket in it: it is handed a Wire for each call. So one and the same code serves plain and
// secured connections, and a plain one pays with the look at an empty pointer.
//
// Nothing here waits. What would have to is -1 with errno EAGAIN, as with recv(2) and send(2) of a
// socket that does not block.

#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace waymark::net {

struct TlsPeer;

// What the caller does next: nothing that is known, more of the same at once, or the end.
enum class Follows : std::uint8_t { nothing, more, end };

// The connection below.
class Wire {
  public:
    // As recv(2) and send(2): what was moved, 0 for the peer's end, or -1 and errno.
    virtual ssize_t receive(std::span<char> buffer) = 0;
    virtual ssize_t send(std::string_view bytes) = 0;

  protected:
    ~Wire() = default;
};

class StreamLayer {
  public:
    StreamLayer() = default;
    StreamLayer(const StreamLayer&) = delete;
    StreamLayer& operator=(const StreamLayer&) = delete;
    virtual ~StreamLayer() = default;

    // What both sides agree on before the first byte. 1 when that is done and sent, or -1 and
    // errno: EAGAIN to be called again, all else is the end of it (see failure()).
    virtual int shake_hands(Wire& wire) = 0;
    virtual bool is_established() const = 0;

    // At least one byte for the caller. 0 is the end: the peer's own word if not was_cut().
    virtual ssize_t receive(Wire& wire, std::span<char> buffer) = 0;
    // Whether receive() would not say EAGAIN. Takes nothing from what it would give.
    virtual bool is_readable(Wire& wire) = 0;
    // The peer's stream has ended, and the peer has not said that it is whole.
    virtual bool was_cut() const = 0;

    // How many bytes of `pieces` are taken, from their front. They may still be unsent: then the
    // next call sends them first. EAGAIN if nothing is taken. Where something follows, a bounded
    // part may be kept for it, to go out in one call with it.
    virtual ssize_t send(Wire& wire, std::span<const iovec> pieces, Follows follows) = 0;
    // Sends what is unsent, and what is kept. 0, or -1 and errno.
    virtual int flush(Wire& wire) = 0;
    // Without what is kept. That is sent by the next send, flush or end, or by a receive that gives
    // nothing.
    virtual bool has_unsent() const = 0;
    // Bytes that the wire has taken so far.
    virtual std::uint64_t sent() const = 0;
    // Tells the peer that no more will come. What says so may be unsent afterwards.
    virtual void end(Wire& wire) = 0;

    // Why it failed, in words for a log; empty if it has not. Printable ASCII, without a line end.
    virtual std::string failure() const = 0;
    // Who the peer has proven to be; null if it has proven nothing.
    virtual const TlsPeer* peer() const = 0;
};

}  // namespace waymark::net
