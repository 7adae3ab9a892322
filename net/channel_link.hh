// One end of a channel (daemon/channel) on the event loop: messages come as calls, and what cannot
// be sent at once waits in a bounded queue. When the kernel has no memory for a message, although
// the channel has room, it tries again after a pause: the channel would tell at once that it is
// writable, and a loop that believes it turns as fast as it can. It decides nothing about what the
// messages mean.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/channel.hh"
#include "daemon/fd.hh"
#include "net/event_loop.hh"

namespace waymark::net {

class ChannelLink final : private EventLoop::Watcher {
  public:
    struct Handlers {
        // `message` is valid during the call. `descriptor` is the callee's to keep. What it throws
        // comes out of the loop: whoever can do without a message must say so here.
        std::function<void(std::string_view message, daemon::Fd descriptor)> on_message;
        // The other end is gone; called once. The link may be destroyed in either call, but what
        // the function has captured is gone with it.
        std::function<void()> on_closed;
    };

    // At most `most_queued` bytes of memory wait here when the other end does not read. Throws
    // std::bad_alloc, and std::system_error if the loop cannot watch the channel; the channel is
    // closed then.
    ChannelLink(EventLoop& loop, daemon::Channel channel, Handlers handlers,
                std::size_t most_queued = std::size_t{16} * 1024 * 1024);
    ChannelLink(const ChannelLink&) = delete;
    ChannelLink& operator=(const ChannelLink&) = delete;
    ~ChannelLink();

    // Sends now, or queues. False if the other end is gone or the queue is full: the message is
    // then lost, and the caller must know what that means. A message with a descriptor is never
    // queued. Without memory for the queue it throws std::bad_alloc, and the message is lost, too.
    bool send(std::string_view message, const daemon::Fd* descriptor = nullptr);

    bool is_closed() const { return closed_; }
    std::size_t queued_bytes() const { return queued_bytes_; }

  private:
    bool on_ready(std::uint32_t events) override;
    bool receive_some();
    void send_queued();
    void send_later();
    void watch(std::uint32_t events);

    EventLoop& loop_;
    Timer again_;
    daemon::Channel channel_;
    Handlers handlers_;
    const std::size_t most_queued_;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    std::uint32_t watched_ = EPOLLIN;
    bool closed_ = false;
    // Outlives the link, for a handler that destroys it: true as long as the link is there.
    std::shared_ptr<bool> exists_ = std::make_shared<bool>(true);
};

}  // namespace waymark::net
