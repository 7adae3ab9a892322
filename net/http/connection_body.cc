// How long a connection waits for a request's bytes, and the body of a request whose handler reads
// it itself (net/http/body_source).

#include "net/http/connection.hh"

#include <algorithm>

namespace waymark::net::http {

using daemon::Deadline;
using std::chrono::milliseconds;

Deadline Connection::read_deadline() const {
    if (!is_in_body_) return head_deadline_;
    const ServerLimits& limits = server_.limits_;
    const milliseconds due(1000 * body_.total() / limits.body_bytes_per_second);
    // Not the lesser of the whole and the sum: the sum may be beyond what a number holds.
    const milliseconds grace = std::min(limits.body_grace, limits.body);
    return Deadline::after(grace + std::min(due, limits.body - grace), body_began_);
}

Task<bool> Connection::ask_for_body() {
    if (!parser().expects_continue() || has_whole_body() || told_to_continue_) co_return true;
    told_to_continue_ = true;
    exchange_->answer.continue_now();
    const bool is_there = co_await exchange_->flush(server_.limits_.send);
    co_return is_there;
}

Task<BodyPart> Connection::read_part() {
    drop_part();
    // The time that the handler took with the last part is not the peer's.
    body_began_ += server_.loop_.now() - part_given_;
    while (true) {
        const std::span<char> bytes = input().bytes().subspan(parser().head_size());
        const BodyDecoder::State state = body_.decode(bytes);
        if (state == BodyDecoder::State::refused)
            co_return BodyPart{BodyPart::Kind::refused, {}, body_.refusal().status};
        if (state == BodyDecoder::State::incomplete)
            input().truncate(parser().head_size() + body_.size());
        if (body_.size() > 0) break;
        if (state == BodyDecoder::State::complete) co_return BodyPart{};
        const std::span<char> room = input().room();
        const Deadline deadline = read_deadline();
        const Transfer transfer = co_await stream_.read_some(room, deadline);
        load_request();
        if (transfer.outcome == Outcome::timed_out)
            co_return BodyPart{BodyPart::Kind::refused, {}, 408};
        if (transfer.outcome != Outcome::done) co_return BodyPart{BodyPart::Kind::lost, {}, 400};
        input().added(transfer.bytes);
    }
    load_request();
    part_given_ = server_.loop_.now();
    co_return BodyPart{BodyPart::Kind::bytes, exchange_->request.body, 0};
}

// Takes what was handed out last out of the buffer. As long as more is to come nothing is behind
// it.
void Connection::drop_part() {
    input().erase(parser().head_size(), has_whole_body() ? body_.end() : body_.size());
    body_.drop();
}

}  // namespace waymark::net::http
