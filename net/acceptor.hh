// A listener on the event loop: each client that comes is a call. When descriptors or memory have
// run out it pauses for a moment and tries again, instead of asking the kernel as fast as it can;
// the clients wait in the kernel's queue meanwhile.

#pragma once

#include <functional>

#include "daemon/fd.hh"
#include "net/accept_back_off.hh"
#include "net/address.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"

namespace waymark::net {

class Acceptor final : private EventLoop::Watcher {
  public:
    // Given a non-blocking socket and its peer, whose IPv4 address is plain even where it arrived
    // as IPv6. Must not destroy the acceptor. What it throws costs this client; for want of memory
    // (std::bad_alloc) or as std::system_error it also begins a pause, as if accept had failed.
    using OnClient = std::function<void(daemon::Fd socket, const Address& peer)>;

    // The listener may be shared with other processes: each client wakes as few of them as possible
    // (EPOLLEXCLUSIVE). `on_exhausted` hears the errno when a time without descriptors or memory
    // begins; what it throws for want of memory is lost. Throws std::system_error if the loop
    // cannot watch the listener.
    Acceptor(EventLoop& loop, Listener listener, OnClient on_client,
             std::function<void(int error_number)> on_exhausted = {});
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    ~Acceptor();

    // Between pause() and resume() clients wait in the kernel's queue. Where the loop cannot watch
    // the listener again, resume() tries again later.
    void pause();
    void resume();

    const Listener& listener() const { return listener_; }
    // Whether there was a moment since it was made in which nobody waited. Who is brought from then
    // on has come after it was made: a TCP socket has what options were set on the listener before
    // (tcp(7)), and whoever waited already may have none of them.
    bool has_seen_nobody() const { return has_seen_nobody_; }

  private:
    bool on_ready(std::uint32_t events) override;
    void bring(AcceptResult client);
    void exhausted(int error_number);
    void watch();
    void watch_now_or_later();
    void unwatch();

    EventLoop& loop_;
    Listener listener_;
    OnClient on_client_;
    std::function<void(int)> on_exhausted_;
    AcceptBackOff back_off_;
    Timer again_;
    bool watched_ = false;
    bool paused_ = false;
    bool has_seen_nobody_ = false;
};

}  // namespace waymark::net
