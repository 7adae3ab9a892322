#include "net/stream.hh"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "daemon/without_write_signals.hh"
#include "net/socket_options.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

namespace {
bool is_full(ssize_t result) {
    return result == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// To a fast peer a write may never have to wait: after so many bytes the others have their turn. Of
// a file, which may have to come from the disk, one call sends no more than that.
constexpr std::size_t kMostPerTurn = 256 * 1024;
}  // namespace

Stream::Stream(EventLoop& loop, Fd socket)
    : loop_(loop),
      socket_(std::move(socket)),
      read_timer_(loop.timers(), [this] { deadline_came(reading_); }),
      write_timer_(loop.timers(), [this] { deadline_came(writing_); }),
      // A read from a Unix socket stops where a descriptor was passed, however much follows.
      short_read_empties_(family_of(socket_) != AF_UNIX) {
    loop_.add(socket_, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
}

Stream::~Stream() {
    loop_.remove(socket_, *this);
}

Stream::Read Stream::read_some(std::span<char> buffer, Deadline deadline) {
    return Read(*this, buffer, deadline);
}

Stream::Readable Stream::readable(Deadline deadline) {
    return Readable(*this, deadline);
}

Stream::Write Stream::write_all(std::string_view bytes, std::chrono::milliseconds patience) {
    return Write(*this, std::span(&bytes, 1), patience);
}

Stream::Write Stream::write_all(std::span<const std::string_view> pieces,
                                std::chrono::milliseconds patience) {
    return Write(*this, pieces, patience);
}

Stream::SendFile Stream::send_file(const Fd& file, off_t offset, std::size_t count,
                                   std::chrono::milliseconds patience) {
    return SendFile(*this, file, offset, count, patience);
}

void Stream::shutdown_write() {
    ::shutdown(socket_.get(), SHUT_WR);
}

void Stream::reset_on_close() {
    const linger no_wait{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
}

void Stream::cancel() {
    cancelled_ = true;
    give_up(reading_, Outcome::cancelled);
    give_up(writing_, Outcome::cancelled);
}

bool Stream::on_ready(std::uint32_t events) {
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) note_peer_ended();
    // From now on a read may stop in front of an urgent byte, however much follows (tcp(7)).
    if ((events & EPOLLPRI) != 0) short_read_empties_ = false;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        may_read_ = surely_readable_ = true;
        advance(reading_);
    }
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
        may_write_ = true;
        advance(writing_);
    }
    return true;  // told once each, taken or not
}

void Stream::note_peer_ended() {
    if (std::exchange(peer_ended_, true)) return;
    if (peer_ended_handler_) peer_ended_handler_();
}

void Stream::when_peer_ends(std::function<void()> handler) {
    peer_ended_handler_ = std::move(handler);
    if (peer_ended_ && peer_ended_handler_) peer_ended_handler_();
}

void Stream::advance(Operation* operation) {
    if (operation == nullptr) return;
    if (operation->advance()) return complete(*operation);
    timer_of(*operation).set(operation->deadline_);
}

void Stream::deadline_came(Operation* operation) {
    if (operation == nullptr) return;
    if (operation->is_too_late()) return give_up(operation, Outcome::timed_out);
    advance(operation);
}

void Stream::give_up(Operation* operation, Outcome outcome) {
    if (operation == nullptr) return;
    operation->finish(outcome);
    complete(*operation);
}

void Stream::complete(Operation& operation) {
    timer_of(operation).cancel();
    this->*operation.side_ = nullptr;
    loop_.schedule(operation.resumable_);
}

Timer& Stream::timer_of(const Operation& operation) {
    return operation.side_ == &Stream::reading_ ? read_timer_ : write_timer_;
}

ssize_t Stream::receive(std::span<char> buffer) {
    ssize_t got = 0;
    do {
        got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    } while (got == -1 && errno == EINTR);
    surely_readable_ = false;
    // A short read has emptied the kernel's buffer: the next bytes will be announced. Not so the
    // end of a peer that was announced together with its last bytes.
    const bool emptied =
        got > 0 && static_cast<std::size_t>(got) < buffer.size() && short_read_empties_;
    if ((emptied && !peer_ended_) || is_full(got)) may_read_ = false;
    return got;
}

ssize_t Stream::send(std::span<iovec> pieces) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    ssize_t put = 0;
    do {
        put = pieces.size() == 1 ? ::send(socket_.get(), pieces[0].iov_base, pieces[0].iov_len,
                                          MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (put == -1 && errno == EINTR);
    return note_full(put);
}

ssize_t Stream::send_part_of(const Fd& file, off_t& offset, std::size_t count) {
    const daemon::WithoutWriteSignals guard;
    ssize_t put = 0;
    do {
        put = ::sendfile(socket_.get(), file.get(), &offset, count);
    } while (put == -1 && errno == EINTR);
    return note_full(put);
}

ssize_t Stream::note_full(ssize_t result) {
    if (is_full(result)) may_write_ = false;
    return result;
}

Stream::Operation::~Operation() {
    // Destroyed while it waits: the coroutine is being destroyed, and the stream must forget it.
    if (stream_.*side_ == this) {
        stream_.timer_of(*this).cancel();
        stream_.*side_ = nullptr;
    }
}

bool Stream::Operation::await_ready() {
    if (stream_.cancelled_)
        is_finished_ = finish(Outcome::cancelled);
    else if (deadline_.expired(stream_.loop_.now()))
        is_finished_ = finish(Outcome::timed_out);
    else
        is_finished_ = advance();
    return is_finished_ && stream_.loop_.may_go_on();
}

void Stream::Operation::await_suspend(std::coroutine_handle<> coroutine) {
    assert(stream_.*side_ == nullptr && "one read and one write at a time");
    resumable_.coroutine = coroutine;
    if (is_finished_) return stream_.loop_.schedule(resumable_);
    stream_.*side_ = this;
    stream_.timer_of(*this).set(deadline_);
}

bool Stream::Operation::finish(Outcome outcome, int error) {
    result_.outcome = outcome;
    result_.error = error;
    return true;
}

bool Stream::Read::advance() {
    if (!stream_.may_read_) return false;
    const ssize_t got = stream_.receive(buffer_);
    if (is_full(got)) return false;
    if (got == -1) return finish(Outcome::failed, errno);
    if (got == 0) return finish(Outcome::end);
    result_.bytes = static_cast<std::size_t>(got);
    return true;
}

bool Stream::Readable::advance() {
    if (!stream_.may_read_) return false;
    if (stream_.surely_readable_) return true;
    // The last read may have taken all there was; a look at one byte tells (recv(2), MSG_PEEK).
    char byte = 0;
    const ssize_t got = ::recv(stream_.socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (!is_full(got)) return true;
    stream_.may_read_ = false;
    return false;
}

bool Stream::Sending::advance() {
    const std::size_t turn_ends = result_.bytes + kMostPerTurn;
    while (!is_all_put() && stream_.may_write_ && result_.bytes < turn_ends) {
        const ssize_t put = put_some();
        if (is_full(put)) break;
        if (put == -1) return finish(Outcome::failed, errno);
        if (put == 0) return finish(Outcome::end);
        result_.bytes += static_cast<std::size_t>(put);
    }
    if (is_all_put()) return true;
    if (next_look_.is_never()) look();
    // With room left only the turn is over. The timer gives it the next one, in the next round:
    // what is due at this round's own instant may still run in it.
    constexpr EventLoop::Clock::duration kTick(1);
    deadline_ = stream_.may_write_ ? Deadline(stream_.loop_.now() + kTick) : next_look_;
    return false;
}

bool Stream::Sending::is_too_late() {
    if (stream_.may_write_) return false;
    const std::ptrdiff_t before = taken_at_look_;
    look();
    return taken_at_look_ - before < static_cast<std::ptrdiff_t>(kLeastTaken);
}

void Stream::Sending::look() {
    taken_at_look_ = taken();
    next_look_ = Deadline::after(patience_, stream_.loop_.now());
}

// Below zero at first if the kernel still keeps what was written before.
std::ptrdiff_t Stream::Sending::taken() const {
    int kept = 0;
    ::ioctl(stream_.socket_.get(), SIOCOUTQ, &kept);
    return static_cast<std::ptrdiff_t>(result_.bytes) - kept;
}

Stream::Write::Write(Stream& stream, std::span<const std::string_view> pieces,
                     std::chrono::milliseconds patience)
    : Sending(stream, patience) {
    assert(pieces.size() <= kMostPieces);
    for (const std::string_view piece : pieces)
        if (!piece.empty()) pieces_[last_++] = {const_cast<char*>(piece.data()), piece.size()};
}

ssize_t Stream::Write::put_some() {
    const ssize_t put = stream_.send(std::span(pieces_).subspan(first_, last_ - first_));
    if (put > 0) take(static_cast<std::size_t>(put));
    return put;
}

// Leaves out the first `count` bytes of what is still to be written.
void Stream::Write::take(std::size_t count) {
    while (count > 0 && count >= pieces_[first_].iov_len) count -= pieces_[first_++].iov_len;
    if (count == 0) return;
    pieces_[first_].iov_base = static_cast<char*>(pieces_[first_].iov_base) + count;
    pieces_[first_].iov_len -= count;
}

ssize_t Stream::SendFile::put_some() {
    const ssize_t put = stream_.send_part_of(file_, offset_, std::min(left_, kMostPerTurn));
    if (put > 0) left_ -= static_cast<std::size_t>(put);
    return put;
}

}  // namespace waymark::net
