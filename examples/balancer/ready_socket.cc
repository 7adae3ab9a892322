#include "ready_socket.hh"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace waymark::balancer {

namespace {

template <class Call>
ssize_t without_interruption(const Call& call) {
    ssize_t result = 0;
    do {
        result = call();
    } while (result == -1 && errno == EINTR);
    return result;
}

bool is_not_now(ssize_t result) {
    return result == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

Wake::Wake(net::EventLoop& loop) : loop_(loop), timer_(loop.timers(), [this] { resume(); }) {}

void Wake::call() {
    is_called_ = true;
    resume();
}

void Wake::resume() {
    if (is_waited_for_) loop_.schedule(resumable_);
}

void Wake::Wait::await_suspend(std::coroutine_handle<> coroutine) {
    wake_.resumable_.coroutine = coroutine;
    wake_.is_waited_for_ = true;
    // Not taken back when the wait ends earlier: the next wait puts it off, and a timer that finds
    // nobody does nothing.
    wake_.timer_.set(deadline_);
}

bool Wake::Wait::await_resume() {
    wake_.is_waited_for_ = false;
    return std::exchange(wake_.is_called_, false);
}

ReadySocket::ReadySocket(net::EventLoop& loop, daemon::Fd socket, Kind kind, Wake& wake)
    : loop_(loop), socket_(std::move(socket)), wake_(wake), short_read_empties_(kind == Kind::tcp) {
    loop_.add(socket_, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
}

ReadySocket::~ReadySocket() {
    loop_.remove(socket_, *this);
}

bool ReadySocket::on_ready(std::uint32_t events) {
    // Before an urgent byte a read may stop, however much follows (tcp(7)); and the end itself must
    // be read.
    if ((events & (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) short_read_empties_ = false;
    if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) is_ending_ = true;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) may_read_ = true;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) may_write_ = true;
    wake_.call();
    return true;  // told once each, taken or not
}

ssize_t ReadySocket::note_read(ssize_t result) {
    if (is_not_now(result)) may_read_ = false;
    return result;
}

ssize_t ReadySocket::note_write(ssize_t result) {
    if (is_not_now(result)) may_write_ = false;
    return result;
}

ssize_t ReadySocket::receive(std::span<char> buffer) {
    const ssize_t got = note_read(without_interruption(
        [&] { return ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT); }));
    if (got > 0 && static_cast<std::size_t>(got) < buffer.size() && short_read_empties_)
        may_read_ = false;
    return got;
}

ssize_t ReadySocket::send(std::string_view bytes, bool more) {
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
    const ssize_t put = note_write(without_interruption(
        [&] { return ::send(socket_.get(), bytes.data(), bytes.size(), flags); }));
    // It took a part: there is no room, and the next change tells when there is.
    if (put >= 0 && static_cast<std::size_t>(put) < bytes.size()) may_write_ = false;
    return put;
}

ssize_t ReadySocket::splice_to(const daemon::Fd& to_pipe, std::size_t most) {
    return note_read(without_interruption([&] {
        return ::splice(socket_.get(), nullptr, to_pipe.get(), nullptr, most,
                        SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    }));
}

ssize_t ReadySocket::splice_from(const daemon::Fd& from_pipe, std::size_t most) {
    return note_write(without_interruption([&] {
        return ::splice(from_pipe.get(), nullptr, socket_.get(), nullptr, most,
                        SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    }));
}

void ReadySocket::shutdown_write() {
    ::shutdown(socket_.get(), SHUT_WR);
}

void ReadySocket::reset_on_close() {
    const linger no_wait{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
}

}  // namespace waymark::balancer
