#include "net/stream.hh"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

namespace {
bool is_full(ssize_t result) {
    return result == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
}  // namespace

Stream::Stream(EventLoop& loop, Fd socket)
    : loop_(loop),
      socket_(std::move(socket)),
      read_timer_(loop.timers(), [this] { give_up(reading_, Outcome::timed_out); }),
      write_timer_(loop.timers(), [this] { give_up(writing_, Outcome::timed_out); }) {
    loop_.add(socket_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
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

void Stream::on_ready(std::uint32_t events) {
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) note_peer_ended();
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        may_read_ = surely_readable_ = true;
        advance(reading_);
    }
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
        may_write_ = true;
        advance(writing_);
    }
}

void Stream::note_peer_ended() {
    if (std::exchange(peer_ended_, true)) return;
    if (peer_ended_listener_) peer_ended_listener_();
}

void Stream::when_peer_ends(std::function<void()> listener) {
    peer_ended_listener_ = std::move(listener);
    if (peer_ended_ && peer_ended_listener_) peer_ended_listener_();
}

void Stream::advance(Operation* operation) {
    if (operation != nullptr && operation->advance()) complete(*operation);
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
    const bool emptied = got > 0 && static_cast<std::size_t>(got) < buffer.size();
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

void Stream::Operation::await_suspend(std::coroutine_handle<> coroutine) {
    assert(stream_.*side_ == nullptr && "one read and one write at a time");
    resumable_.coroutine = coroutine;
    stream_.*side_ = this;
    stream_.timer_of(*this).set(deadline_);
}

bool Stream::Operation::finish(Outcome outcome, int error) {
    result_.outcome = outcome;
    result_.error = error;
    return true;
}

bool Stream::Read::advance() {
    if (stream_.cancelled_) return finish(Outcome::cancelled);
    if (!stream_.may_read_) return false;
    const ssize_t got = stream_.receive(buffer_);
    if (is_full(got)) return false;
    if (got == -1) return finish(Outcome::failed, errno);
    if (got == 0) return finish(Outcome::end);
    result_.bytes = static_cast<std::size_t>(got);
    return true;
}

bool Stream::Readable::advance() {
    if (stream_.cancelled_) return finish(Outcome::cancelled);
    if (!stream_.may_read_) return false;
    if (stream_.surely_readable_) return true;
    // The last read may have taken all there was; a look at one byte tells (recv(2), MSG_PEEK).
    char byte = 0;
    const ssize_t got = ::recv(stream_.socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (!is_full(got)) return true;
    stream_.may_read_ = false;
    return false;
}

Stream::Write::Write(Stream& stream, std::span<const std::string_view> pieces,
                     std::chrono::milliseconds patience)
    : Operation(stream, &Stream::writing_, Deadline::after(patience, stream.loop_.now())),
      patience_(patience) {
    assert(pieces.size() <= kMostPieces);
    for (const std::string_view piece : pieces)
        if (!piece.empty()) pieces_[last_++] = {const_cast<char*>(piece.data()), piece.size()};
}

bool Stream::Write::advance() {
    if (stream_.cancelled_) return finish(Outcome::cancelled);
    while (first_ < last_ && stream_.may_write_) {
        const ssize_t put = stream_.send(std::span(pieces_).subspan(first_, last_ - first_));
        if (is_full(put)) break;
        if (put == -1) return finish(Outcome::failed, errno);
        take(static_cast<std::size_t>(put));
        if (stream_.writing_ == this)
            stream_.write_timer_.set(Deadline::after(patience_, stream_.loop_.now()));
    }
    return first_ == last_;
}

// Leaves out the first `count` bytes of what is still to be written.
void Stream::Write::take(std::size_t count) {
    result_.bytes += count;
    while (count > 0 && count >= pieces_[first_].iov_len) count -= pieces_[first_++].iov_len;
    if (count == 0) return;
    pieces_[first_].iov_base = static_cast<char*>(pieces_[first_].iov_base) + count;
    pieces_[first_].iov_len -= count;
}

Stream::SendFile::SendFile(Stream& stream, const Fd& file, off_t offset, std::size_t count,
                           std::chrono::milliseconds patience)
    : Operation(stream, &Stream::writing_, Deadline::after(patience, stream.loop_.now())),
      file_(file),
      offset_(offset),
      left_(count),
      patience_(patience) {}

bool Stream::SendFile::advance() {
    if (stream_.cancelled_) return finish(Outcome::cancelled);
    // A bound on what one call reads from the disk while everybody else waits.
    constexpr std::size_t kMostPerCall = 256 * 1024;
    while (left_ > 0 && stream_.may_write_) {
        const ssize_t put =
            stream_.send_part_of(file_, offset_, left_ < kMostPerCall ? left_ : kMostPerCall);
        if (is_full(put)) break;
        if (put == -1) return finish(Outcome::failed, errno);
        if (put == 0) return finish(Outcome::end);
        result_.bytes += static_cast<std::size_t>(put);
        left_ -= static_cast<std::size_t>(put);
        if (stream_.writing_ == this)
            stream_.write_timer_.set(Deadline::after(patience_, stream_.loop_.now()));
    }
    return left_ == 0;
}

}  // namespace waymark::net
