// A stream for a case: one end is the learner's, the other plays the peer. The peer acts when the
// learner's code enters a call (faults.hh), never at a time.

#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "advice.hh"
#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"
#include "net/silent_under_test.hh"
#include "net/timed_io.hh"

namespace waymark::course::check {

using daemon::Deadline;
using daemon::Fd;
using net::IoResult;
using net::IoStatus;

inline Deadline far() {
    return Deadline::after(std::chrono::seconds(3600));
}
inline Deadline soon() {
    return Deadline::after(std::chrono::milliseconds(30));
}
inline Deadline over() {
    return Deadline::after(std::chrono::seconds(-1));
}

struct Wire {
    Fd reading, writing;
};
inline Wire socket_wire(int flags = 0) {
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM | flags);
    return {std::move(pair.first), std::move(pair.second)};
}
inline Wire pipe_wire() {
    daemon::Pipe pipe = daemon::make_pipe();
    return {std::move(pipe.reading), std::move(pipe.writing)};
}

// Of the family of this address of this machine.
inline Wire tcp_wire(const char* address) {
    const net::Server server = net::make_server(address);
    Fd ours(::socket(server.address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    daemon::check(::connect(ours.get(), server.address.data(), server.address.size()), "connect");
    return {std::move(ours), Fd(::accept4(server.socket.get(), nullptr, nullptr, SOCK_CLOEXEC))};
}

inline void put(const Fd& fd, std::string_view text) {
    ssize_t count = ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (count == -1 && errno == ENOTSOCK) count = ::write(fd.get(), text.data(), text.size());
    if (count == -1 && errno == EPIPE)
        fail("the stream, when the peer writes", "open", "closed by a call before", kChanged);
    if (count != static_cast<ssize_t>(text.size()))
        fail("the check's own write", "takes all", "took less", kOneRead);
}

inline bool has_unread(const Fd& fd) {
    int waiting = 0;
    ::ioctl(fd.get(), FIONREAD, &waiting);
    return waiting > 0;
}

// All that can be had without waiting.
inline std::string drained(const Fd& fd) {
    std::string all;
    for (;;) {
        int waiting = 0;
        ::ioctl(fd.get(), FIONREAD, &waiting);
        if (waiting <= 0) return all;
        std::string part(static_cast<std::size_t>(waiting), '\0');
        const ssize_t count = ::read(fd.get(), part.data(), part.size());
        if (count <= 0) return all;
        all.append(part, 0, static_cast<std::size_t>(count));
    }
}

inline std::string name_of(IoStatus status) {
    constexpr const char* kNames[] = {"done", "end", "timed_out", "broken", "too_long"};
    return kNames[static_cast<int>(status)];
}

// "done 5", or "threw 9" where it was std::system_error with that errno.
inline std::string told(const std::function<IoResult()>& call) {
    try {
        const IoResult result = call();
        return name_of(result.status) + " " + std::to_string(result.count);
    } catch (const std::system_error& error) {
        return "threw " + std::to_string(error.code().value());
    } catch (...) {
        return "threw something that is no std::system_error";
    }
}

inline void fill(const Fd& fd) {
    daemon::set_nonblocking(fd, true);
    const std::string text(65536, 'x');
    for (std::size_t size : {text.size(), std::size_t{1}})
        while (::write(fd.get(), text.data(), size) > 0) continue;
    daemon::set_nonblocking(fd, false);
}

// Why a call went on past its deadline: where its time begins anew, something at 60 of 100 ms keeps
// it for longer, though nothing follows. Else it is a loop that does not look at the clock.
inline Causes why_past_the_deadline(bool writes, const std::function<void(Wire&, Deadline)>& call) {
    using std::chrono::milliseconds;
    Wire wire = socket_wire();
    if (writes) fill(wire.writing);
    FastClock clock;
    clock.at(milliseconds(60), [&] {
        if (writes)
            drained(wire.reading);
        else
            put(wire.writing, "x");
    });
    call(wire, Deadline::after(milliseconds(100)));
    return clock.passed() > milliseconds(101) ? kPerCall : kLoop;
}

// What a result that is not the expected one says about its cause; `otherwise` where it says
// nothing.
inline Causes why(std::string_view seen, std::string_view expected, const Causes& otherwise) {
    const auto errno_is = [seen](int number) { return seen == "threw " + show(number); };
    const auto status_of = [](std::string_view told) { return told.substr(0, told.find(' ')); };
    if (errno_is(ENOTSOCK)) return status_of(expected) == "done" ? kNoSocket : kFirstTry;
    if (errno_is(EINTR)) return kInterrupted;
    if (errno_is(EAGAIN)) return kAgain;
    const bool same = status_of(seen) == status_of(expected);
    if (same && status_of(seen) != "threw" && status_of(seen) != "done") return kCounted;
    if (status_of(expected) == "threw") return kOurs;
    if (status_of(expected) == "broken") return kBroken;
    if (status_of(expected) == "end") return kEnd;
    return otherwise;
}

// A buffer of exactly this size on the heap, so that the sanitizer sees a byte beyond it.
class Buffer {
  public:
    explicit Buffer(std::size_t size) : size_(size), bytes_(new std::byte[size]) {
        for (std::byte& byte : span()) byte = std::byte('#');
    }
    std::span<std::byte> span() { return {bytes_.get(), size_}; }
    std::string text(std::size_t count) const {
        return {reinterpret_cast<const char*>(bytes_.get()), std::min(count, size_)};
    }
    std::string text() const { return text(size_); }

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> bytes_;
};

// A handler, and what it was set up with. (The C library has flags of its own there.)
inline std::string handler_of(const struct sigaction& action) {
    constexpr int kOfTheProgram = SA_RESTART | SA_SIGINFO | SA_NODEFER | SA_RESETHAND | SA_ONSTACK;
    std::string words = "handled with flags " + show(action.sa_flags & kOfTheProgram) + ", mask";
    for (int signal = 1; signal < 32; ++signal)
        if (::sigismember(&action.sa_mask, signal) == 1) words += " " + show(signal);
    return words;
}

// What must be as it was: mode and flags of the descriptor, its time-outs, the signal mask, what is
// pending, and what SIGPIPE does.
inline std::string state_of(const Fd& fd) {
    timeval times[2]{};
    socklen_t length = sizeof times[0];
    ::getsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &times[0], &length);
    ::getsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &times[1], &length);
    sigset_t mask;
    sigset_t pending;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigpending(&pending);
    struct sigaction action {};
    ::sigaction(SIGPIPE, nullptr, &action);
    std::string state = "mode " + show(::fcntl(fd.get(), F_GETFL)) + ", flags " +
                        show(::fcntl(fd.get(), F_GETFD)) + ", time-outs " +
                        show(times[0].tv_sec * 1000000 + times[0].tv_usec) + " " +
                        show(times[1].tv_sec * 1000000 + times[1].tv_usec) + ", SIGPIPE " +
                        (action.sa_handler == SIG_DFL   ? std::string("default")
                         : action.sa_handler == SIG_IGN ? "ignored"
                                                        : handler_of(action)) +
                        ", blocked";
    for (int signal = 1; signal < 32; ++signal)
        if (::sigismember(&mask, signal) == 1) state += " " + show(signal);
    state += ", pending";
    for (int signal = 1; signal < 32; ++signal)
        if (::sigismember(&pending, signal) == 1) state += " " + show(signal);
    return state;
}

// On sockets and pipes, in both modes; `end` is what the learner gets.
template <typename Body>
void on_each_stream(Fd Wire::*end, Body body) {
    for (const bool socket : {true, false})
        for (const bool nonblocking : {false, true}) {
            Wire wire = socket ? socket_wire() : pipe_wire();
            daemon::set_nonblocking(wire.*end, nonblocking);
            const std::string before = state_of(wire.*end);
            body(wire,
                 std::string(socket ? "socket" : "pipe") + (nonblocking ? ", O_NONBLOCK" : ""));
            expect_equal(state_of(wire.*end), before, "the state of descriptor and process",
                         kChanged);
        }
}

// Each time that such a call begins: first `act`. As often as `times`.
inline void at_each(Faults& faults, Call call, std::function<void()> act, int times) {
    if (times == 0) return;
    faults.before(call, [&faults, call, act, times] {
        at_each(faults, call, act, times - 1);
        act();
    });
}
inline void at_each_wait(Faults& faults, std::function<void()> act, int times) {
    at_each(faults, Call::poll, std::move(act), times);
}
inline void until_over(Deadline deadline) {
    while (!deadline.expired()) ::usleep(1000);
}
// A slow sender: a byte comes at each wait, the first when the deadline has come.
inline void send_too_slowly(Faults& faults, const Wire& wire, Deadline deadline) {
    const auto one = [&wire, deadline] {
        until_over(deadline);
        put(wire.writing, "x");
    };
    at_each_wait(faults, one, 60);
}

}  // namespace waymark::course::check
