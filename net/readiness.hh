// A descriptor on the event loop for coroutines, where it is no socket: the end of a pipe, or a
// process (pidfd_open(2)). For connected sockets there is net/stream, which does more.
//
// It is watched edge-triggered (epoll(7)): try first, and wait when the kernel had nothing.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/stream.hh"
#include "net/task.hh"

namespace waymark::net {

class Readiness final : private EventLoop::Watcher {
  public:
    // Owns the descriptor; `events` are EPOLLIN, EPOLLOUT. Throws std::system_error if the loop
    // cannot watch it.
    Readiness(EventLoop& loop, daemon::Fd fd, std::uint32_t events);
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;
    ~Readiness() { close(); }

    // True when something has changed since the last wait, false when the deadline came first.
    Notice::Wait changed(daemon::Deadline deadline) { return changed_.wait(deadline); }

    // Closes it now. Who waits for it goes on.
    void close();

    const daemon::Fd& fd() const { return fd_; }
    EventLoop& loop() { return loop_; }

  private:
    bool on_ready(std::uint32_t events) override;

    EventLoop& loop_;
    daemon::Fd fd_;
    Notice changed_;
};

// The end of a pipe that this side reads. One reader at a time.
class PipeReader {
  public:
    // Makes the descriptor non-blocking.
    PipeReader(EventLoop& loop, daemon::Fd end);

    // At least one byte, into `buffer`, not empty; Outcome::end when all writers have closed. The
    // deadline ends only a wait: bytes that are there are read.
    Task<Transfer> read_some(std::span<char> buffer, daemon::Deadline deadline);
    // The same without a wait: timed_out if there is nothing.
    Transfer read_now(std::span<char> buffer) const;

  private:
    Readiness end_;
};

// The end of a pipe that this side writes. SIGPIPE must be ignored.
class PipeWriter {
  public:
    PipeWriter(EventLoop& loop, daemon::Fd end);

    // All of `bytes`; Outcome::end when the reader has closed. The deadline ends only a wait.
    Task<Transfer> write_all(std::string_view bytes, daemon::Deadline deadline);
    void close() { end_.close(); }

  private:
    Readiness end_;
};

}  // namespace waymark::net
