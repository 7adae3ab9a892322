#include "net/connect_attempts.hh"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"
#include "net/socket_options.hh"
#include "net/timed_io.hh"

namespace waymark::net {

namespace {

constexpr std::chrono::milliseconds kQueuePause(5);

}  // namespace

bool ConnectAttempts::is_over() const {
    return winner_ || race_.is_lost() || is_too_late_;
}

std::vector<const Fd*> ConnectAttempts::waiting() const {
    std::vector<const Fd*> sockets;
    for (const Attempt& attempt : under_way_)
        if (!attempt.is_queue_full) sockets.push_back(&attempt.socket);
    return sockets;
}

//#region exercise-07
namespace {

bool has_peer(const Fd& socket) {
    sockaddr_storage peer;
    socklen_t size = sizeof peer;
    return ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

// Without a wait.
bool is_writable(const Fd& socket) {
    return wait_writable(socket, Deadline(Deadline::Clock::time_point::min())) == Ready::ready;
}

}  // namespace

ConnectAttempts::ConnectAttempts(std::span<const Address> addresses, Deadline deadline)
    : addresses_(alternate_families(addresses)), race_(addresses_.size(), deadline) {}

void ConnectAttempts::advance() {
    // Before the sockets are asked: an answer that came in time counts.
    const auto now = Deadline::Clock::now();
    is_too_late_ = race_.deadline().expired(now);
    while (!winner_) {
        const std::optional<std::size_t> place = race_.next(now);
        if (!place) break;
        begin(*place);
    }
    for (Attempt& attempt : under_way_)
        if (!winner_) ask(attempt);
    std::erase_if(under_way_, [](const Attempt& attempt) { return !attempt.socket; });
}

// Makes the socket too: one on which connect failed cannot be used again (connect(2), NOTES).
void ConnectAttempts::begin(std::size_t place) {
    const int family = addresses_[place].family();
    Attempt attempt{place, Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))};
    if (!attempt.socket) return fail(attempt, errno);  // a machine without IPv6
    call_connect(attempt);
    if (attempt.socket) under_way_.push_back(std::move(attempt));
}

void ConnectAttempts::call_connect(Attempt& attempt) {
    const Address& address = addresses_[attempt.place];
    const int result = ::connect(attempt.socket.get(), address.data(), address.size());
    settle(attempt, result == 0 ? 0 : errno);  // EINPROGRESS: it goes on without us
}

void ConnectAttempts::ask(Attempt& attempt) {
    // A Unix listener has no room, and nothing tells when it has (connect(2)).
    if (attempt.is_queue_full) return call_connect(attempt);
    if (!is_writable(attempt.socket)) return;
    const int error_number = pending_error(attempt.socket);  // SO_ERROR
    if (error_number == 0 && !has_peer(attempt.socket))
        return call_connect(attempt);  // a signal came before the system had begun
    settle(attempt, error_number);
}

void ConnectAttempts::settle(Attempt& attempt, int error_number) {
    const ConnectErrorKind kind =
        classify_connect_error(error_number, addresses_[attempt.place].family());
    attempt.is_queue_full = kind == ConnectErrorKind::queue_full;
    if (kind == ConnectErrorKind::in_progress || attempt.is_queue_full) return;
    if (kind == ConnectErrorKind::connected)
        winner_ = Attempt{attempt.place, std::move(attempt.socket)};
    else
        fail(attempt, error_number);
}

void ConnectAttempts::fail(Attempt& attempt, int error_number) {
    const Address& address = addresses_[attempt.place];
    failures_.push_back({address, failed_status(error_number, address), error_number});
    attempt.socket.reset();
    race_.failed();
}

Deadline ConnectAttempts::look_again() const {
    const bool asks_again = std::ranges::any_of(under_way_, &Attempt::is_queue_full);
    return asks_again ? std::min(race_.wake_up(), Deadline::after(kQueuePause)) : race_.wake_up();
}

ConnectResult ConnectAttempts::take_result(SocketMode mode) {
    std::vector<Attempt> losers = std::move(under_way_);  // closed at the end
    if (winner_) {
        if (mode == SocketMode::blocking) daemon::set_nonblocking(winner_->socket, false);
        return {ConnectStatus::connected, std::move(winner_->socket), addresses_[winner_->place],
                std::move(failures_)};
    }
    for (const Attempt& attempt : losers)
        failures_.push_back({addresses_[attempt.place], ConnectStatus::timed_out, ETIMEDOUT});
    for (std::size_t place = race_.begun(); place < addresses_.size(); ++place)
        failures_.push_back({addresses_[place], ConnectStatus::not_tried, 0});
    const bool too_late = !race_.is_lost();
    return {too_late ? ConnectStatus::timed_out : failures_.back().status, Fd(), Address(),
            std::move(failures_)};
}
//#endregion exercise-07

}  // namespace waymark::net
