#include "flow.hh"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace waymark::balancer {

namespace {

// A whole buffer: what takes a pipe is no question and answer, but a file.
constexpr int kFullReadsBeforeSplice = 1;
// More than a pipe holds: the kernel takes what fits.
constexpr std::size_t kSpliceBytes = 1024 * 1024;

bool was_not_now() {
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

Flow::Turn Flow::take_turn() {
    turn_bytes_ = 0;
    has_moved_ = false;
    if (is_over_) return Turn::over;
    for (;;) {
        Step step = held() > 0 ? pass_what_is_held() : read_more();
        if (step == Step::broken) return Turn::broken;
        if (step == Step::ended) {
            if (!sink_failed_ && !leaves_end_to_close_) to_.shutdown_write();
            give_up_pipe();
            is_over_ = true;
            return Turn::over;
        }
        if (step == Step::waits) return Turn::waits;
        if (turn_bytes_ >= kMostPerTurn) return Turn::goes_on;
    }
}

void Flow::count(std::size_t bytes) {
    passed_ += bytes;
    has_moved_ = true;
}

Flow::Step Flow::note_sink_failed() {
    sink_failed_ = true;
    kept_.clear();
    kept_sent_ = 0;
    pipe_.reset();  // with what is in it
    in_pipe_ = 0;
    return Step::moved;
}

Flow::Step Flow::pass_what_is_held() {
    if (in_pipe_ > 0) return pass_pipe_on();
    if (!to_.may_write()) return Step::waits;
    const ssize_t put = to_.send(std::string_view(kept_).substr(kept_sent_), from_.is_ending());
    if (put == -1) return was_not_now() ? Step::waits : note_sink_failed();
    count(static_cast<std::size_t>(put));
    kept_sent_ += static_cast<std::size_t>(put);
    if (held() > 0) return Step::waits;
    kept_ = {};  // gives the memory back, too
    kept_sent_ = 0;
    return Step::moved;
}

Flow::Step Flow::read_more() {
    if (source_ended_) return Step::ended;
    if (!from_.may_read()) return Step::waits;
    const bool splices = !sink_failed_ && (store_.transfer() == Transfer::splice ||
                                           full_reads_ >= kFullReadsBeforeSplice);
    if (splices && !pipe_) pipe_ = store_.take_pipe();
    return splices && pipe_ ? splice() : copy();
}

Flow::Step Flow::copy() {
    const std::span<char> scratch = store_.scratch();
    const ssize_t got = from_.receive(scratch);
    if (got == -1) {
        if (was_not_now()) return Step::waits;
        error_ = errno;
        return Step::broken;
    }
    if (got == 0) {
        source_ended_ = true;
        return Step::ended;
    }
    const std::size_t bytes = static_cast<std::size_t>(got);
    turn_bytes_ += bytes;
    note_full_read(bytes == scratch.size());
    if (sink_failed_) return Step::moved;
    // Without a look at may_write(): there is nearly always room. Last bytes and end in one segment
    // are a packet less, and for the peer one wake-up less: the end is read next.
    const ssize_t put = to_.send({scratch.data(), bytes}, from_.is_ending());
    if (put == -1 && !was_not_now()) return note_sink_failed();
    const std::size_t sent = put == -1 ? 0 : static_cast<std::size_t>(put);
    count(sent);
    if (sent < bytes) kept_.assign(scratch.data() + sent, bytes - sent);
    return Step::moved;
}

void Flow::note_full_read(bool is_full) {
    if (store_.transfer() != Transfer::automatic) return;
    full_reads_ = is_full ? std::min(full_reads_ + 1, kFullReadsBeforeSplice) : 0;
}

Flow::Step Flow::splice() {
    const ssize_t got = from_.splice_to(pipe_->writing, kSpliceBytes);
    if (got == -1) {
        if (was_not_now()) {
            // Less than a buffer since the last pause: what comes now are no large pieces any more.
            if (spliced_ < RelayStore::kBufferBytes) full_reads_ = 0;
            spliced_ = 0;
            give_up_pipe();
            return Step::waits;
        }
        error_ = errno;
        return Step::broken;
    }
    if (got == 0) {
        source_ended_ = true;
        return Step::ended;
    }
    in_pipe_ = static_cast<std::size_t>(got);
    turn_bytes_ += in_pipe_;
    spliced_ += in_pipe_;
    return pass_pipe_on();
}

Flow::Step Flow::pass_pipe_on() {
    if (!to_.may_write()) return Step::waits;
    const ssize_t put = to_.splice_from(pipe_->reading, in_pipe_);
    if (put == -1) return was_not_now() ? Step::waits : note_sink_failed();
    count(static_cast<std::size_t>(put));
    in_pipe_ -= static_cast<std::size_t>(put);
    return Step::moved;
}

// An idle direction holds no pipe. One with something in it is closed.
void Flow::give_up_pipe() {
    if (pipe_ && in_pipe_ == 0) store_.give_back(std::move(pipe_));
    pipe_.reset();
}

}  // namespace waymark::balancer
