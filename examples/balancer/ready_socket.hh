// A socket of a connection that is passed on, and the alarm clock of the coroutine that passes it
// on.
//
// net/stream has one buffer for each read and one wait for each side. Here one coroutine serves two
// sockets in two directions, and wants to know only: has anything changed, or is it too late? So a
// socket remembers what it is ready for, and wakes whoever waits for either.

#pragma once

#include <sys/types.h>

#include <coroutine>
#include <cstddef>
#include <span>
#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/event_loop.hh"
#include "net/timer_queue.hh"

namespace waymark::balancer {

// One coroutine at a time waits here.
class Wake {
  public:
    explicit Wake(net::EventLoop& loop);
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;

    // Whoever waits goes on; kept for the next wait if nobody does.
    void call();

    class Wait;
    // True when called, false when the deadline came first.
    Wait until(daemon::Deadline deadline);

  private:
    void resume();

    net::EventLoop& loop_;
    net::Timer timer_;
    net::EventLoop::Resumable resumable_;
    bool is_called_ = false;
    bool is_waited_for_ = false;
};

class Wake::Wait {
  public:
    Wait(Wake& wake, daemon::Deadline deadline) : wake_(wake), deadline_(deadline) {}
    bool await_ready() const { return wake_.is_called_; }
    void await_suspend(std::coroutine_handle<> coroutine);
    bool await_resume();

  private:
    Wake& wake_;
    daemon::Deadline deadline_;
};

inline Wake::Wait Wake::until(daemon::Deadline deadline) {
    return Wait(*this, deadline);
}

// Watched edge-triggered (epoll(7)): the kernel tells each change once, and a call that finds
// nothing (or no room) says that the next change is worth a call.
class ReadySocket final : private net::EventLoop::Watcher {
  public:
    enum class Kind { tcp, local };  // local: a Unix socket, whose reads stop at passed descriptors

    // A connected, non-blocking stream socket. `wake` is called with each change. Throws
    // std::system_error if the loop cannot watch it.
    ReadySocket(net::EventLoop& loop, daemon::Fd socket, Kind kind, Wake& wake);
    ReadySocket(const ReadySocket&) = delete;
    ReadySocket& operator=(const ReadySocket&) = delete;
    ~ReadySocket();

    bool may_read() const { return may_read_; }
    bool may_write() const { return may_write_; }
    // The peer's end has arrived, behind what there may still be to read.
    bool is_ending() const { return is_ending_; }
    // A read is worth a call before the loop has told of anything: who connects mostly speaks
    // first.
    void read_at_once() { may_read_ = true; }

    // recv(2), send(2) and splice(2), without a wait, EINTR repeated, no SIGPIPE. -1 with errno
    // EAGAIN: not now. With `more`, which is bytes or the end, the kernel may wait for that with
    // its last segment, 200 ms at most (MSG_MORE). `from_pipe` and `to_pipe` are the ends of a pipe
    // that is not full or empty, or they tell of the pipe and not of the socket.
    ssize_t receive(std::span<char> buffer);
    ssize_t send(std::string_view bytes, bool more = false);
    ssize_t splice_to(const daemon::Fd& to_pipe, std::size_t most);
    ssize_t splice_from(const daemon::Fd& from_pipe, std::size_t most);

    void shutdown_write();
    // Closing then resets the connection: whoever has had a part is not to take it for the whole.
    void reset_on_close();

    const daemon::Fd& fd() const { return socket_; }

  private:
    bool on_ready(std::uint32_t events) override;
    ssize_t note_read(ssize_t result);
    ssize_t note_write(ssize_t result);

    net::EventLoop& loop_;
    daemon::Fd socket_;
    Wake& wake_;
    bool may_read_ = false;  // the first round tells
    bool may_write_ = true;
    bool is_ending_ = false;
    bool short_read_empties_;
};

}  // namespace waymark::balancer
