// The writes of net/stream.hh: what they have in common (turns, and patience with the peer), bytes,
// and files.

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "net/stream.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

namespace {

// To a fast peer a write may never have to wait: after so many bytes the others have their turn. Of
// a file, which may have to come from the disk, one call sends no more than that.
constexpr std::size_t kMostPerTurn = 256 * 1024;
// And so much of a file is read at once, where a layer has to see it.
constexpr std::size_t kFileChunk = 64 * 1024;

}  // namespace

bool Stream::Sending::advance() {
    const std::size_t turn_ends = result_.bytes + kMostPerTurn;
    while (!is_all_put() && stream_.may_write_ && result_.bytes < turn_ends) {
        const ssize_t put = put_some();
        if (put == -1 && errno == EAGAIN) break;
        if (put == -1) return finish(Outcome::failed, errno);
        if (put == 0) return finish(Outcome::end);
        result_.bytes += static_cast<std::size_t>(put);
    }
    if (is_all_put() && follows_ == Follows::end) stream_.shutdown_write();
    if (is_all_put() && has_unsent() && stream_.flush_layer() == -1 && errno != EAGAIN)
        return finish(Outcome::failed, errno);
    if (is_all_put() && !has_unsent()) return true;
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

// Below zero at first if the kernel still keeps what was written before. Only differences count, so
// it does not matter that a layer counts from the connection's beginning.
std::ptrdiff_t Stream::Sending::taken() const {
    int kept = 0;
    ::ioctl(stream_.socket_.get(), SIOCOUTQ, &kept);
    const std::uint64_t put = stream_.layer_ ? stream_.layer_->sent() : result_.bytes;
    return static_cast<std::ptrdiff_t>(put) - kept;
}

Stream::Write::Write(Stream& stream, std::span<const std::string_view> pieces,
                     std::chrono::milliseconds patience, Follows follows)
    : Sending(stream, patience, follows) {
    assert(pieces.size() <= kMostPieces);
    for (const std::string_view piece : pieces)
        if (!piece.empty()) pieces_[last_++] = {const_cast<char*>(piece.data()), piece.size()};
}

ssize_t Stream::Write::put_some() {
    const std::span<iovec> left = std::span(pieces_).subspan(first_, last_ - first_);
    const ssize_t put = stream_.layer_ ? stream_.layer_->send(stream_, left, follows_)
                                       : stream_.send(left, follows_);
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

// A layer changes the bytes, so they must come to us first. What it did not take is read again.
ssize_t Stream::SendFile::put_through_layer() {
    char buffer[kFileChunk];
    ssize_t got = 0;
    do {
        got = ::pread(file_.get(), buffer, std::min(left_, sizeof buffer), offset_);
    } while (got == -1 && errno == EINTR);
    if (got <= 0) return got;
    const iovec piece{buffer, static_cast<std::size_t>(got)};
    const bool is_end = follows_ == Follows::end && static_cast<std::size_t>(got) == left_;
    const ssize_t put = stream_.layer_->send(stream_, std::span(&piece, 1),
                                             is_end ? Follows::end : Follows::nothing);
    if (put > 0) offset_ += put;
    return put;
}

// sendfile(2) has no MSG_MORE, so the socket is told. Where there are no segments it refuses.
void Stream::hold_last_segment() {
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

ssize_t Stream::SendFile::put_some() {
    if (stream_.layer_ == nullptr && follows_ == Follows::end && !std::exchange(is_corked_, true))
        stream_.hold_last_segment();
    const ssize_t put = stream_.layer_
                            ? put_through_layer()
                            : stream_.send_part_of(file_, offset_, std::min(left_, kMostPerTurn));
    if (put > 0) left_ -= static_cast<std::size_t>(put);
    return put;
}

}  // namespace waymark::net
