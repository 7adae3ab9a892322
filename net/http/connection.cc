#include "net/http/connection.hh"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace waymark::net::http {

using daemon::Deadline;
using std::chrono::milliseconds;

namespace {

// Gathered answers are sent when they are this long, at the latest.
constexpr std::size_t kGathered = 64 * 1024;
// After so many requests in a row the other connections have their turn.
constexpr std::uint32_t kRequestsPerTurn = 64;

}  // namespace

// A segment of its own for the end of a connection would cost as much as a small answer.
Follows Connection::follows_of(Step step) {
    if (step == Step::send_file) return Follows::more;
    return step == Step::close ? Follows::end : Follows::nothing;
}

// From the first bytes until nothing more is at hand. Before each wait what was gathered is sent.
Task<void> Connection::converse() {
    buffers_ = server_.buffers_.take();
    exchange_.emplace(buffers_->output, server_.clock_, buffers_->scratch, peer_, &stream_);
    head_deadline_ = Deadline::after(server_.limits_.head, server_.loop_.now());
    Step step = Step::read;
    while (!is_broken_) {
        if (step == Step::handler) co_await await_handler();
        if (step == Step::send_file) co_await send_file();
        if (step == Step::turn) co_await server_.loop_.yield();
        if (step == Step::read) {
            const std::span<char> room = input().room();
            const Deadline deadline = read_deadline();
            const Transfer transfer = co_await stream_.read_some(room, deadline);
            note_received(transfer);
        }
        step = advance();
        if (!buffers_->output.empty()) {
            const Follows follows = follows_of(step);
            const Transfer transfer =
                co_await stream_.write_all(buffers_->output, server_.limits_.send, follows);
            note_sent(transfer);
        }
        if (step == Step::close || (step == Step::read && is_between_requests())) break;
    }
    if (must_linger_ && !is_broken_) co_await linger();
    exchange_.reset();
    buffers_.reset();
}

// Does all that needs no wait.
Connection::Step Connection::advance() {
    Step step = Step::answered;
    while (step == Step::answered) {
        if (file_.count > 0) return Step::send_file;
        if (is_closing_) return Step::close;
        if (buffers_->output.size() >= kGathered || requests_this_turn_ >= kRequestsPerTurn) {
            requests_this_turn_ = 0;
            return Step::turn;
        }
        step = is_in_body_ ? read_body() : read_head();
    }
    return step;
}

Connection::Step Connection::read_head() {
    const RequestParser::State state = parser().parse(input().view());
    if (state == RequestParser::State::incomplete) return Step::read;
    if (state == RequestParser::State::refused) return refuse(parser().refusal());
    ++requests_;
    body_ = BodyDecoder();
    const Router::Match match = load_request();
    const Request& request = exchange_->request;
    exchange_->answer.prepare({.is_head = request.method == "HEAD",
                               .keeps_alive = parser().keeps_alive() && !server_.is_stopping_ &&
                                              requests_ < server_.limits_.requests,
                               .minor_version = request.minor_version,
                               .fields = &server_.fields_,
                               .pages = server_.pages_});
    if (match.route == nullptr) return refuse_route(match);
    route_ = match.route;
    body_ = BodyDecoder(parser().framing(), route_->body_limit);
    body_began_ = part_given_ = server_.loop_.now();
    is_in_body_ = true;
    told_to_continue_ = false;
    return route_->streams_body && !body_.is_refused() ? call_handler() : read_body();
}

// Makes the request's views. Again after a body has come: the bytes may have moved meanwhile.
Router::Match Connection::load_request() {
    Request& request = exchange_->request;
    request = parser().request(input().view());
    request.body = input().view().substr(parser().head_size(), body_.size());
    Router::Match match = server_.router_.match(request.method, request.path);
    exchange_->parameters = match.parameters;
    return match;
}

Connection::Step Connection::read_body() {
    const std::span<char> bytes = input().bytes().subspan(parser().head_size());
    const BodyDecoder::State state = body_.decode(bytes);
    if (state == BodyDecoder::State::refused) return refuse(body_.refusal());
    if (state == BodyDecoder::State::complete) return call_handler();
    input().truncate(parser().head_size() + body_.size());
    if (parser().expects_continue() && !std::exchange(told_to_continue_, true))
        exchange_->answer.continue_now();
    return Step::read;
}

Connection::Step Connection::call_handler() {
    if (parser().framing().kind != Framing::Kind::none) load_request();
    exchange_->body = route_->streams_body ? this : nullptr;
    exchange_->scratch.clear();
    try {
        completion_.emplace(route_->handler(*exchange_));
    } catch (const std::bad_alloc&) {
        handler_failed(503);
    } catch (...) {
        handler_failed(500);
    }
    if (completion_ && completion_->is_pending()) return Step::handler;
    finish_request();
    return Step::answered;
}

Task<void> Connection::await_handler() {
    try {
        Task<void>& task = completion_->task();
        co_await task;
    } catch (const std::bad_alloc&) {
        handler_failed(503);
    } catch (...) {
        handler_failed(500);
    }
    finish_request();
}

// In the handler's catch. 503 where only memory was lacking: the peer may try again.
void Connection::handler_failed(int status) {
    if (server_.handler_failed_) server_.handler_failed_(std::current_exception());
    Writer& answer = exchange_->answer;
    answer.close_after();
    if (answer.is_partly_sent()) return break_off();
    answer.take_back();
    answer.error(status);
}

void Connection::finish_request() {
    completion_.reset();
    Writer& answer = exchange_->answer;
    if (exchange_->has_lost_peer() || (answer.is_partly_sent() && !answer.has_ended())) break_off();
    if (answer.has_open_body()) break_off();
    if (!answer.has_ended() && !is_broken_) answer.error(500);
    ++server_.counters_.requests;
    ++requests_this_turn_;
    if (server_.log_) server_.log_(*exchange_, answer.status());
    file_ = exchange_->take_file();
    if (answer.is_head()) file_ = FilePart();
    // A handler that reads the body itself may leave some of it.
    const bool has_rest = !has_whole_body();
    if (has_rest)
        input().clear();
    else
        input().consume(parser().head_size() + body_.end());
    parser().reset();
    is_in_body_ = false;
    is_closing_ = is_broken_ || !answer.keeps_alive() || server_.is_stopping_ || has_rest;
    // What a peer sent after its last request would make the kernel reset the connection, and the
    // reset would overtake our answer.
    must_linger_ = is_closing_ && (has_rest || !input().empty());
    head_deadline_ = Deadline::after(server_.limits_.head, server_.loop_.now());
}

// No route takes it. A body that nobody reads is in the way of the next request.
Connection::Step Connection::refuse_route(const Router::Match& match) {
    const bool has_body = parser().framing().kind != Framing::Kind::none;
    if (has_body) exchange_->answer.close_after();
    server_.router_.refuse(match, *exchange_);
    finish_request();
    must_linger_ = must_linger_ || has_body;
    return Step::answered;
}

// The peer must not take what it got for the whole, so it sees no orderly end.
void Connection::break_off() {
    stream_.reset_on_close();
    is_closing_ = is_broken_ = true;
}

// Where the request ends is not known any more, so nothing that follows can be read.
Connection::Step Connection::refuse(const Refusal& refusal) {
    ++server_.counters_.refused_requests;
    if (server_.refused_ && !refusal.reason.empty()) server_.refused_(exchange_->peer, refusal);
    exchange_->request = Request();
    exchange_->answer.prepare({.is_head = parser().method(input().view()) == "HEAD",
                               .keeps_alive = false,
                               .fields = &server_.fields_,
                               .pages = server_.pages_});
    exchange_->answer.error(refusal.status);
    if (server_.log_) server_.log_(*exchange_, refusal.status);
    is_closing_ = must_linger_ = true;
    return Step::close;
}

void Connection::note_sent(const Transfer& transfer) {
    buffers_->output.clear();
    exchange_->answer.note_sent();
    if (transfer.outcome == Outcome::done) return;
    // A peer that takes nothing would keep our answer in the kernel's memory for minutes.
    break_off();
}

void Connection::note_received(const Transfer& transfer) {
    const bool has_begun = is_in_body_ || parser().has_begun();
    switch (transfer.outcome) {
        case Outcome::done:
            return input().added(transfer.bytes);
        case Outcome::end:
        case Outcome::truncated:
            if (has_begun) refuse({400, {}});  // it has left by itself
            break;
        case Outcome::timed_out:
            if (has_begun) refuse({408, "came too slowly"});
            break;
        case Outcome::cancelled:
        case Outcome::failed:
            is_broken_ = true;
            break;
    }
    is_closing_ = true;
}

bool Connection::is_between_requests() const {
    return !is_in_body_ && buffers_->input.empty();
}

Task<void> Connection::send_file() {
    const Follows follows = is_closing_ ? Follows::end : Follows::nothing;
    const Transfer transfer = co_await stream_.send_file(*file_.file, file_.offset, file_.count,
                                                         server_.limits_.send, follows);
    // Also when the file has become shorter: the length that we told is wrong now.
    if (transfer.outcome != Outcome::done) break_off();
    file_ = FilePart();
}

}  // namespace waymark::net::http
