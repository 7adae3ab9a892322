// Messages and descriptors between two related processes, over a connected SOCK_SEQPACKET Unix
// socket (unix(7)). A stream would need lengths, and a reader that trusts them; here the kernel
// keeps the borders of each message. One message is one frame of 1 byte to 64 KiB and may carry
// one descriptor (SCM_RIGHTS).
//
// A Channel does not block: it says would_block, and the caller waits for its descriptor with
// poll(2) or epoll(7). It refuses what it did not ask for: a message that does not fit, or one with
// more descriptors than one, ends the channel, and none of those descriptors stays open.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::daemon {

class Channel {
  public:
    static constexpr std::size_t kMaxMessage = std::size_t{64} * 1024;

    enum class Result {
        done,
        would_block,  // nothing was sent or received; wait until the descriptor is ready
        exhausted,    // nothing was sent, for want of memory, or too many descriptors are on their
                      // way (ETOOMANYREFS); the descriptor may be ready: pause, then try again
        closed,       // the other end is gone, or broke the rules, or a descriptor came for which
                      // this process has no number left: it is lost, and the order with it
    };

    struct Received {
        Result result = Result::would_block;
        // Lives in the channel's own buffer: valid until the next receive() on this channel.
        std::string_view message;
        // The descriptor that came with the message, close-on-exec; owns nothing if none came.
        Fd descriptor;
    };

    // Takes a connected SOCK_SEQPACKET socket, such as one that came over another channel, and
    // makes it non-blocking. Throws std::system_error (EPROTOTYPE for another type of socket).
    explicit Channel(Fd socket);

    // Sends one message, whole or not at all; `descriptor` is copied to the other process and stays
    // open here. An empty or too long message is our bug (assert): an empty one would look like the
    // end to the reader. After `closed`, receive() still gives what the other end had sent.
    // Throws std::system_error for what waiting does not cure.
    Result send(std::string_view message, const Fd* descriptor = nullptr);

    // Takes one message. Throws std::system_error when the system fails.
    Received receive();

    // Closes this end; the other one then receives `closed`. send and receive say so here, too.
    void close();

    // For poll(2) and epoll(7), and for handing this end to another process. Still owned here.
    const Fd& fd() const { return socket_; }

    // Asks for room for `bytes` of messages that this end has sent and the other has not read,
    // bookkeeping included (near 1 KiB a message, whatever its length); the other end asks for its
    // own direction. Room that is there already is not taken away. Root gets it; others get no more
    // than /proc/sys/net/core/wmem_max. Returns how much there is now. Throws std::system_error.
    std::size_t grow_buffers(std::size_t bytes);

  private:
    Result give_up();

    Fd socket_;
    std::unique_ptr<char[]> buffer_;
    bool broken_ = false;
};

struct ChannelPair {
    Channel first;
    Channel second;
};

// Two connected ends, non-blocking and close-on-exec. Throws std::system_error.
ChannelPair make_channel();

}  // namespace waymark::daemon
