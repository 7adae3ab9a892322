// A connection (net/http/connection.hh) from its handshake over its idle times to its end. What is
// said in between is in connection.cc.

#include <string>
#include <utility>

#include "net/http/connection.hh"

namespace waymark::net::http {

using daemon::Deadline;
using std::chrono::milliseconds;

namespace {

// How long, and how much, is still read from a peer that sends on after our last answer.
constexpr milliseconds kLinger{2'000};
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;

}  // namespace

Task<void> Connection::serve(Server& server, daemon::Fd socket, Address peer,
                             [[maybe_unused]] ConnectionGate::Slot slot,
                             std::unique_ptr<StreamLayer> layer) {
    Connection connection(server, std::move(socket), peer, std::move(layer));
    if (connection.stream_.layer() != nullptr) {
        const Deadline handshake_deadline =
            Deadline::after(server.limits_.handshake, server.loop_.now());
        connection.is_idle_ = true;
        const Transfer secured = co_await connection.stream_.handshake(handshake_deadline);
        connection.is_idle_ = false;
        if (secured.outcome != Outcome::done) {
            connection.note_not_secured(secured.outcome);
            co_return;
        }
    }
    Deadline deadline = Deadline::after(server.limits_.head, server.loop_.now());
    while (!connection.is_closing_ && !server.is_stopping_) {
        connection.is_idle_ = true;
        const Transfer ready = co_await connection.stream_.readable(deadline);
        connection.is_idle_ = false;
        if (ready.outcome != Outcome::done) break;
        co_await connection.converse();
        deadline = Deadline::after(server.limits_.idle, server.loop_.now());
    }
    // A secured peer is told that this is all; a plain one sees it by the end of the connection.
    if (connection.stream_.layer() != nullptr && !connection.is_broken_)
        connection.stream_.shutdown_write();
}

Connection::Connection(Server& server, daemon::Fd socket, const Address& peer,
                       std::unique_ptr<StreamLayer> layer)
    : server_(server),
      peer_(peer),
      stream_(server.loop_, std::move(socket), peer, std::move(layer)),
      next_(server.first_) {
    if (next_ != nullptr) next_->previous_ = this;
    server_.first_ = this;
}

Connection::~Connection() {
    // Only what is destroyed in the middle of an answer has some left.
    const bool is_answering = file_.count > 0 || (buffers_ && !buffers_->output.empty()) ||
                              (completion_ && exchange_->answer.is_partly_sent());
    if (is_answering) stream_.reset_on_close();
    (previous_ != nullptr ? previous_->next_ : server_.first_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
}

void Connection::stop() {
    if (is_idle_) stream_.cancel();
    if (exchange_) exchange_->answer.close_after();
}

void Connection::note_not_secured(Outcome outcome) {
    if (outcome == Outcome::cancelled) return;  // by ourselves, at the stop
    ++server_.counters_.not_secured;
    if (!server_.door_.on_not_secured) return;
    const std::string why =
        outcome == Outcome::timed_out ? "the handshake took too long" : stream_.layer()->failure();
    server_.door_.on_not_secured(peer_, why);
}

// Reads, and drops, what still comes after our last answer, for a while: were the socket closed
// with unread bytes in it, the kernel would send a reset, and the peer lose our answer (RFC
// 9112, 9.6).
Task<void> Connection::linger() {
    stream_.shutdown_write();
    const Deadline deadline = Deadline::after(kLinger, server_.loop_.now());
    for (std::size_t dropped = 0; dropped < kLingerBytes;) {
        input().clear();
        const std::span<char> room = input().room();
        const Transfer transfer = co_await stream_.read_some(room, deadline);
        if (transfer.outcome != Outcome::done) break;
        dropped += transfer.bytes;
    }
}

}  // namespace waymark::net::http
