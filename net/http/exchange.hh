// One request and its answer, as a handler sees them.
//
// A handler that can answer at once is a plain function:
//
//     Completion hello(Exchange& exchange) {
//         exchange.answer.answer(200, "text/plain", "hello\n");
//         return answered();
//     }
//
// and one that has to wait for something is a coroutine with the same parameter that returns
// Task<void>. Most requests need no coroutine, and none is made for them. What the request's views
// show stays in place until the handler has ended, however long it waits.

#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/http/body_source.hh"
#include "net/http/message.hh"
#include "net/http/writer.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/tls_peer.hh"

namespace waymark::net::http {

// What a handler gives back: nothing when the answer is written, or the coroutine that will write
// it.
class [[nodiscard]] Completion {
  public:
    Completion() = default;
    Completion(Task<void> task) : task_(std::move(task)) {}

    bool is_pending() const { return task_.has_value(); }
    Task<void>& task() { return *task_; }

  private:
    std::optional<Task<void>> task_;
};

inline Completion answered() {
    return {};
}

// The part of a file that follows an answer's head.
struct FilePart {
    std::shared_ptr<const daemon::Fd> file;
    off_t offset = 0;
    std::size_t count = 0;
};

class Exchange {
  public:
    static constexpr std::size_t kMostParameters = 4;
    using Parameters = std::array<std::string_view, kMostParameters>;

    // Made by the connection; by tests with no stream. All references stay the caller's.
    Exchange(std::string& out, DateClock& clock, std::string& scratch_space, const Address& from,
             Stream* stream = nullptr)
        : answer(out, clock), scratch(scratch_space), peer(from), out_(out), stream_(stream) {}

    Request request;
    // What the parts in braces of the route's pattern matched, still percent-encoded.
    Parameters parameters;
    Writer answer;
    // For decoding; empty when the handler is called, its memory is kept from request to request.
    std::string& scratch;
    const Address& peer;
    // Of a route that streams it, else null.
    BodySource* body = nullptr;

    // Where the peer has connected to. Throws std::system_error if the system does not say.
    Address local_address() const;

    // Has the file sent after the head, which is ended already (asserted) and must tell its length
    // (Writer::end_with_length). Another answer instead of this one is sent without it.
    void send_file(FilePart part);
    // For the connection: the file of the answer as it is now.
    FilePart take_file();

    // For answers that are written bit by bit: sends what is written so far. False when the peer is
    // gone or takes nothing any more; the handler should then end, wherever it is in its answer:
    // the connection ends with it.
    Task<bool> flush(std::chrono::milliseconds patience);
    bool has_lost_peer() const { return has_lost_peer_; }
    // For a handler that cannot go on with an answer that is partly sent: when it ends, the
    // connection is reset, so that nobody takes the part for the whole.
    void give_up() { has_lost_peer_ = true; }

    // Bytes for such an answer, after its head.
    void append(std::string_view bytes) { out_.append(bytes); }

    // Whether nobody on the way can read along (TLS), and who the client has proven to be by its
    // certificate: null if it has shown none.
    bool is_secured() const { return stream_ != nullptr && stream_->layer() != nullptr; }
    const TlsPeer* proven_peer() const { return is_secured() ? stream_->layer()->peer() : nullptr; }

    EventLoop& loop() { return stream_->loop(); }
    // See Stream: for an answer without an end.
    void when_peer_ends(std::function<void()> handler) {
        stream_->when_peer_ends(std::move(handler));
    }

  private:
    std::string& out_;
    Stream* stream_;
    FilePart file_;
    unsigned file_answer_ = 0;  // Writer::number() of the answer that it follows
    bool has_lost_peer_ = false;
};

using Handler = std::function<Completion(Exchange&)>;

}  // namespace waymark::net::http
