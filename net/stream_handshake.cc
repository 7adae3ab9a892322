// The first wait of a secured connection (net/stream.hh): until its layer has agreed with the peer,
// or until the peer has had the time to read why not.

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/stream.hh"

namespace waymark::net {

using daemon::Deadline;

namespace {

// What is still read, and dropped, from a peer whose handshake has failed.
constexpr std::size_t kMostLingering = 64 * 1024;

bool is_to_wait(ssize_t result) {
    return result == -1 && errno == EAGAIN;
}

}  // namespace

bool Stream::Handshake::advance() {
    if (stream_.layer_ == nullptr) return true;
    if (!has_failed_) {
        const int done = stream_.layer_->shake_hands(stream_);
        if (done == 1) return true;
        if (is_to_wait(done)) return false;
        fail(errno);
    }
    return linger();
}

void Stream::Handshake::fail(int error) {
    has_failed_ = true;
    if (stream_.layer_->was_cut())
        finish_at_end();
    else
        finish(Outcome::failed, error);
    ::shutdown(stream_.socket_.get(), SHUT_WR);
    deadline_ = std::min(deadline_, Deadline::after(kLinger, stream_.loop_.now()));
}

bool Stream::Handshake::linger() {
    char buffer[4096];
    while (dropped_ < kMostLingering) {
        const ssize_t got = stream_.receive(buffer);
        if (got <= 0) return !is_to_wait(got);
        dropped_ += static_cast<std::size_t>(got);
    }
    return true;
}

bool Stream::Handshake::is_too_late() {
    dropped_ = kMostLingering;
    return !has_failed_;
}

}  // namespace waymark::net
