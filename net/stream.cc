#include "net/stream.hh"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "daemon/without_write_signals.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

namespace {
bool is_full(ssize_t result) {
    return result == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
}  // namespace

struct Stream::AtFirst {
    bool is_unix;
    bool may_read;
};

Stream::Stream(EventLoop& loop, Fd socket, std::unique_ptr<StreamLayer> layer)
    : Stream(loop, std::move(socket), std::move(layer),
             AtFirst{.is_unix = family_of(socket) == AF_UNIX, .may_read = true}) {}

Stream::Stream(EventLoop& loop, Fd socket, const Address& peer, std::unique_ptr<StreamLayer> layer)
    : Stream(loop, std::move(socket), std::move(layer),
             AtFirst{.is_unix = !peer.is_ip(), .may_read = false}) {}

Stream::Stream(EventLoop& loop, Fd&& socket, std::unique_ptr<StreamLayer>&& layer, AtFirst known)
    : loop_(loop),
      socket_(std::move(socket)),
      layer_(std::move(layer)),
      read_timer_(loop.timers(), [this] { deadline_came(reading_); }),
      write_timer_(loop.timers(), [this] { deadline_came(writing_); }),
      may_read_(known.may_read),
      // A read from a Unix socket stops where a descriptor was passed, however much follows.
      short_read_empties_(!known.is_unix) {
    loop_.add(socket_, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
}

Stream::~Stream() {
    loop_.remove(socket_, *this);
}

Stream::Handshake Stream::handshake(Deadline deadline) {
    return Handshake(*this, layer_ ? deadline : Deadline::never());  // without one it needs no time
}

Stream::Read Stream::read_some(std::span<char> buffer, Deadline deadline) {
    assert(!buffer.empty());  // a read of nothing gives 0, which would look like the end
    return Read(*this, buffer, deadline);
}

Stream::Readable Stream::readable(Deadline deadline) {
    return Readable(*this, deadline);
}

Stream::Write Stream::write_all(std::string_view bytes, std::chrono::milliseconds patience,
                                Follows follows) {
    return Write(*this, std::span(&bytes, 1), patience, follows);
}

Stream::Write Stream::write_all(std::span<const std::string_view> pieces,
                                std::chrono::milliseconds patience, Follows follows) {
    return Write(*this, pieces, patience, follows);
}

Stream::SendFile Stream::send_file(const Fd& file, off_t offset, std::size_t count,
                                   std::chrono::milliseconds patience, Follows follows) {
    return SendFile(*this, file, offset, count, patience, follows);
}

void Stream::shutdown_write() {
    if (std::exchange(is_ending_, true)) return;
    if (layer_ == nullptr) {
        ::shutdown(socket_.get(), SHUT_WR);
        return;
    }
    layer_->end(*this);
    flush_layer();
}

// Also what no write waits for: the layer's own answers to the peer, and its last word. What the
// system refuses is told by the next read or write. As StreamLayer::flush().
int Stream::flush_layer() {
    const int result = layer_->flush(*this);
    if (is_ending_ && !layer_->has_unsent()) ::shutdown(socket_.get(), SHUT_WR);
    return result;
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
        if (layer_ && layer_->has_unsent()) flush_layer();
        advance(writing_);
        // A handshake reads and writes in turns.
        if (layer_ && !layer_->is_established()) advance(reading_);
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
    if (!may_read_) {
        errno = EAGAIN;
        return -1;
    }
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

ssize_t Stream::send(std::string_view bytes) {
    if (!may_write_) {
        errno = EAGAIN;
        return -1;
    }
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    return send(std::span(&piece, 1), is_ending_ ? Follows::end : Follows::nothing);
}

ssize_t Stream::send(std::span<iovec> pieces, Follows follows) {
    const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (follows != Follows::nothing ? MSG_MORE : 0);
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    ssize_t put = 0;
    do {
        put = pieces.size() == 1
                  ? ::send(socket_.get(), pieces[0].iov_base, pieces[0].iov_len, flags)
                  : ::sendmsg(socket_.get(), &message, flags);
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

bool Stream::Operation::finish_at_end() {
    const bool was_cut = stream_.layer_ != nullptr && stream_.layer_->was_cut();
    return finish(was_cut ? Outcome::truncated : Outcome::end);
}

bool Stream::Read::advance() {
    StreamLayer* const layer = stream_.layer_.get();
    if (layer == nullptr && !stream_.may_read_) return false;
    // A layer is asked in any case: it may have whole records in its hands.
    const ssize_t got =
        layer == nullptr ? stream_.receive(buffer_) : layer->receive(stream_, buffer_);
    if (is_full(got)) return false;
    if (got == -1) return finish(Outcome::failed, errno);
    if (got == 0) return finish_at_end();
    result_.bytes = static_cast<std::size_t>(got);
    return true;
}

bool Stream::Readable::advance() {
    if (stream_.layer_) return stream_.layer_->is_readable(stream_);
    if (!stream_.may_read_) return false;
    if (stream_.surely_readable_) return true;
    // The last read may have taken all there was; a look at one byte tells (recv(2), MSG_PEEK).
    char byte = 0;
    const ssize_t got = ::recv(stream_.socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (!is_full(got)) return true;
    stream_.may_read_ = false;
    return false;
}

}  // namespace waymark::net
