// connect_to_any for a coroutine on an event loop: the same race with the same deadline, while the
// loop serves everybody else.
//
//     ConnectOnLoop connecting(loop, addresses, deadline);
//     ConnectResult result = co_await connecting;
//     if (!result.socket) co_return log(result.error_text());
//     Stream stream(loop, std::move(result.socket));
//
// A name is not looked up here: that blocks. resolve_on_pool lets a thread of a pool block instead:
//
//     auto looking_up = resolve_on_pool(loop, pool, "tracker.example", 5055);
//     const std::optional<ResolveResult> found = co_await looking_up;
//     if (!found) co_return busy();  // the pool's queue is full

#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "net/connect.hh"
#include "net/connect_attempts.hh"
#include "net/event_loop.hh"
#include "net/pool_call.hh"
#include "net/resolve.hh"
#include "net/timer_queue.hh"

namespace waymark::net {

// Awaited at most once, on the loop's thread; the loop must outlive it. A coroutine that is
// destroyed while it waits leaves nothing open.
class ConnectOnLoop final : private EventLoop::Watcher {
  public:
    // `addresses` must not be empty; they are copied.
    ConnectOnLoop(EventLoop& loop, std::span<const Address> addresses, Deadline deadline);
    ConnectOnLoop(const ConnectOnLoop&) = delete;
    ConnectOnLoop& operator=(const ConnectOnLoop&) = delete;
    ~ConnectOnLoop();

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> coroutine);
    // The socket is non-blocking, as a Stream wants it. Throws what connect_to_any throws.
    ConnectResult await_resume();

  private:
    bool on_ready(std::uint32_t events) override;
    void advance() noexcept;
    void watch();
    void stop_watching();

    EventLoop& loop_;
    ConnectAttempts attempts_;
    Timer timer_;
    std::vector<const Fd*> watched_;
    std::exception_ptr thrown_;
    EventLoop::Resumable resumable_;
};

// For `co_await`: what resolve() gives, from a thread of `pool`; nothing if the pool refuses. The
// look-up lasts as long as the resolver tries; the loop does not wait for it.
inline auto resolve_on_pool(EventLoop& loop, daemon::ThreadPool& pool, std::string host,
                            std::uint16_t port) {
    return PoolCall(loop, pool, [host = std::move(host), port] { return resolve(host, port); });
}

}  // namespace waymark::net
