#include "net/outgoing_queue.hh"

#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "net/timed_io.hh"

namespace waymark::net {

using daemon::Deadline;

// With no event asked for, epoll still tells that the connection is gone (epoll_ctl(2), EPOLLHUP).
OutgoingQueue::OutgoingQueue(EventLoop& loop, daemon::Fd socket, Limits limits, Calls calls)
    : loop_(loop),
      socket_(std::move(socket)),
      limits_(limits),
      calls_(std::move(calls)),
      patience_(loop.timers(), [this] { lose_patience(); }) {
    assert(limits_.messages > 0 && calls_.notice);
    loop_.add(socket_, 0, *this);
}

// The kernel may have room without telling: of TCP it tells when a third of the buffer is free, for
// which a slow client may need minutes, and a loop that was stopped has told nobody.
void OutgoingQueue::lose_patience() {
    patience_.set(Deadline::after(limits_.patience));
    if (!on_ready(EPOLLOUT)) end(End::too_slow);
}

//#region exercise-10
OutgoingQueue::~OutgoingQueue() {
    if (socket_) loop_.remove(socket_, *this);
}

bool OutgoingQueue::push(std::string message) {
    if (!socket_) return false;
    if (message.empty()) return true;
    const bool has_room = dropped_ == 0 && waiting_.size() < limits_.messages &&
                          bytes_ <= limits_.bytes && message.size() <= limits_.bytes - bytes_;
    if (has_room) {
        waiting_.push_back(std::move(message));
        bytes_ += waiting_.back().size();
    } else {
        ++dropped_;
    }
    watch();
    return has_room;
}

bool OutgoingQueue::on_ready(std::uint32_t events) {
    const std::size_t before = bytes_;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || !send_turn()) {
        end(End::broken);
        return true;
    }
    const bool has_sent = bytes_ < before;
    if (has_sent) patience_.set(Deadline::after(limits_.patience));
    const bool has_room =
        dropped_ > 0 && waiting_.size() <= limits_.messages / 2 && bytes_ <= limits_.bytes / 2;
    if (has_room) {
        waiting_.push_back(calls_.notice(dropped_));
        bytes_ += waiting_.back().size();
        dropped_ = 0;
    }
    watch();
    if (has_room) calls_.on_room();
    return has_sent || has_room;
}

bool OutgoingQueue::send_turn() {
    for (int i = 0; i < kMessagesPerTurn && !waiting_.empty(); ++i) {
        const std::string& first = waiting_.front();
        const ssize_t count = ::send(socket_.get(), first.data() + sent_of_first_,
                                     first.size() - sent_of_first_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count == -1) return classify_io_error(errno) == IoErrorKind::try_again;
        sent_of_first_ += static_cast<std::size_t>(count);
        bytes_ -= static_cast<std::size_t>(count);
        if (sent_of_first_ < first.size()) return true;
        waiting_.pop_front();
        sent_of_first_ = 0;
    }
    return true;
}

void OutgoingQueue::watch() {
    const bool has_work = !waiting_.empty() || dropped_ > 0;
    if (has_work == is_watching_) return;
    loop_.change(socket_, has_work ? std::uint32_t{EPOLLOUT} : 0, *this);
    patience_.set(has_work ? Deadline::after(limits_.patience) : Deadline::never());
    is_watching_ = has_work;
}

void OutgoingQueue::end(End why) {
    loop_.remove(socket_, *this);
    socket_.reset();
    patience_.cancel();
    const std::function<void(End)> on_end = std::move(calls_.on_end);
    on_end(why);
}
//#endregion exercise-10

}  // namespace waymark::net
