// One owned file descriptor. A descriptor is a number that the kernel hands out again at once after
// close(2), so a number that two objects believe to own is closed under somebody else's feet. Fd
// moves, never copies, and closes once. Everything made here is close-on-exec from birth: a flag
// set by a second call (fcntl) leaves a window in which another thread may fork and exec.

#pragma once

#include <utility>
#include <vector>

namespace waymark::daemon {

class Fd {
  public:
    Fd() = default;
    // Takes ownership of `number`; -1 owns nothing.
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

    // Gives the number away; the caller closes it.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }

    // Closes, and keeps errno as it was: reset() runs in destructors on the way out of a failed
    // call.
    void reset();

    // A second descriptor of the same open file, close-on-exec. Throws std::system_error.
    Fd duplicate() const;

  private:
    int number_ = -1;
};

struct Pipe {
    Fd reading;
    Fd writing;
};
// pipe2(2) with O_CLOEXEC. Throws std::system_error.
Pipe make_pipe();

struct SocketPair {
    Fd first;
    Fd second;
};
// socketpair(2) in the Unix domain, close-on-exec. `type` is SOCK_STREAM, SOCK_DGRAM or
// SOCK_SEQPACKET, optionally with SOCK_NONBLOCK. Throws std::system_error.
SocketPair make_socket_pair(int type);

// Sets or clears O_NONBLOCK. Throws std::system_error.
void set_nonblocking(const Fd& fd, bool nonblocking);

// Closes every descriptor above 2 that is not in `keep`, with close_range(2). For a process that
// was just forked and must not hold what its parent had open; the objects that owned the numbers
// must never be touched again there. Throws std::system_error.
void close_all_but(std::vector<int> keep);

// How many descriptors this process holds, from /proc/self/fd (proc(5)); the one used for looking
// is not counted. For tests and status pages.
int count_open_descriptors();

}  // namespace waymark::daemon
