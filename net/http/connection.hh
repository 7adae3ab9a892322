// One connection of a server, from its first byte to its end, as one coroutine:
//
//     (handshake ->) idle -> head -> body -> handler -> answer -> head ... -> idle ... -> close
//
// Requests are answered in the order in which they came. As long as further ones are at hand their
// answers are gathered and sent with one call. When there is nothing to read the connection is idle
// and holds no buffer. Every wait for the peer has a deadline, and a connection that always has
// something to do gives the others a turn from time to time.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "daemon/deadline.hh"
#include "net/address.hh"
#include "net/http/body_decoder.hh"
#include "net/http/body_source.hh"
#include "net/http/exchange.hh"
#include "net/http/server.hh"
#include "net/stream.hh"
#include "net/task.hh"

namespace waymark::net::http {

class Connection final : private BodySource {
  public:
    // Serves the socket until its end. The object lives in this coroutine's frame.
    static Task<void> serve(Server& server, daemon::Fd socket, Address peer,
                            ConnectionGate::Slot slot, std::unique_ptr<StreamLayer> layer);

    // The server is stopping: ends now if idle, else after the present answer.
    void stop();
    // What waits for the peer ends now. What waits for something else is not told (see Server).
    void cut_off() { stream_.cancel(); }

    Connection* next() const { return next_; }

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

  private:
    // What to do next, where going on means to wait.
    enum class Step : std::uint8_t {
        answered,   // nothing: the next request
        read,       // read more bytes
        handler,    // let the handler go on
        send_file,  // send the file that follows an answer
        turn,       // let the other connections have a turn
        close,
    };

    Connection(Server& server, daemon::Fd socket, const Address& peer,
               std::unique_ptr<StreamLayer> layer);
    ~Connection();

    Task<void> converse();
    Task<void> await_handler();
    Task<void> send_file();
    Task<void> linger();

    // For a handler that reads the body itself.
    Task<BodyPart> read_part() override;
    Task<bool> ask_for_body() override;
    bool has_whole_body() const override { return body_.state() == BodyDecoder::State::complete; }
    void drop_part();

    static Follows follows_of(Step step);
    Step advance();
    Step read_head();
    Step read_body();
    Step call_handler();
    Step refuse(const Refusal& refusal);
    Step refuse_route(const Router::Match& match);
    Router::Match load_request();
    void finish_request();
    void break_off();
    void handler_failed(int status);
    void note_not_secured(Outcome outcome);
    void note_sent(const Transfer& transfer);
    void note_received(const Transfer& transfer);
    daemon::Deadline read_deadline() const;
    bool is_between_requests() const;
    RequestParser& parser() { return buffers_->parser; }
    InputBuffer& input() { return buffers_->input; }

    Server& server_;
    const Address& peer_;
    Stream stream_;
    Connection* previous_ = nullptr;
    Connection* next_ = nullptr;

    // While it is busy:
    BufferPool::Lease buffers_;
    std::optional<Exchange> exchange_;
    std::optional<Completion> completion_;
    const Router::Route* route_ = nullptr;
    BodyDecoder body_;
    FilePart file_;

    daemon::Deadline head_deadline_;
    EventLoop::Clock::time_point body_began_;
    EventLoop::Clock::time_point part_given_;  // to a handler that reads the body itself
    std::uint32_t requests_ = 0;
    std::uint32_t requests_this_turn_ = 0;
    bool is_idle_ = false;
    bool is_in_body_ = false;
    bool told_to_continue_ = false;
    bool is_closing_ = false;  // answers nothing more
    bool is_broken_ = false;   // sends nothing more
    bool must_linger_ = false;
};

}  // namespace waymark::net::http
