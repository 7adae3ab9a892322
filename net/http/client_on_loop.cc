#include "net/http/client_on_loop.hh"

#include <fmt/core.h>
#include <sys/socket.h>

#include <cassert>
#include <utility>

#include "net/connect_on_loop.hh"

namespace waymark::net::http {

namespace {

// The deadline ends a write, so that its own patience need not.
constexpr std::chrono::hours kNoPatience{24};

bool is_late(Outcome outcome) {
    return outcome == Outcome::timed_out || outcome == Outcome::cancelled;
}

}  // namespace

ClientOnLoop::ClientOnLoop(EventLoop& loop, std::vector<Address> addresses, std::string authority,
                           MakeLayer make_layer, ResponseLimits limits)
    : loop_(loop),
      addresses_(std::move(addresses)),
      authority_(std::move(authority)),
      make_layer_(std::move(make_layer)),
      limits_(limits) {
    assert(!addresses_.empty());
}

void ClientOnLoop::disconnect() {
    if (stream_ && stream_->layer() != nullptr && !has_ended_) stream_->shutdown_write();
    stream_.reset();
}

ExchangeResult ClientOnLoop::failed(ExchangeStatus status, std::string_view what) const {
    return {status, {}, fmt::format("{}: {}", authority_, what)};
}

// As Client's. Under a layer bytes may be its own, which no answer waits for.
bool ClientOnLoop::is_quiet() const {
    if (has_ended_) return false;
    if (stream_->layer() != nullptr) return true;
    char byte = 0;
    const ssize_t got = ::recv(stream_->socket().get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == -1 && classify_io_error(errno) == IoErrorKind::try_again;
}

Task<ExchangeResult> ClientOnLoop::exchange(const Outgoing& request, Deadline deadline) {
    return run(request_bytes(request, authority_), ResponseParser(request.method, limits_),
               deadline);
}

Task<ExchangeResult> ClientOnLoop::run(std::string request, ResponseParser parser,
                                       Deadline deadline) {
    if (stream_ && !is_quiet()) {
        disconnect();
        co_return failed(ExchangeStatus::closed_idle, "closed the idle connection");
    }
    if (!stream_) {
        Task<ExchangeResult> connecting = connect(deadline);
        ExchangeResult connected = co_await connecting;
        if (!stream_) co_return connected;
    }
    // Ends a write too, which has no deadline of its own.
    Timer late(loop_.timers(), [this] { stream_->cancel(); });
    late.set(deadline);
    Task<ExchangeResult> conversing = converse(request, parser, deadline);
    ExchangeResult result = co_await conversing;
    late.cancel();
    if (!result.response.keeps_alive) disconnect();
    co_return result;
}

// Leaves the stream empty, and says why, if there is no connection.
Task<ExchangeResult> ClientOnLoop::connect(Deadline deadline) {
    ConnectOnLoop connecting(loop_, addresses_, deadline);
    ConnectResult connected = co_await connecting;
    if (!connected.socket)
        co_return ExchangeResult{ExchangeStatus::not_connected, {}, connected.error_text()};
    has_ended_ = false;
    stream_ = std::make_unique<Stream>(loop_, std::move(connected.socket),
                                       make_layer_ ? make_layer_() : nullptr);
    const Transfer secured = co_await stream_->handshake(deadline);
    if (secured.outcome == Outcome::done) {
        stream_->when_peer_ends([this] { has_ended_ = true; });
        co_return ExchangeResult{};
    }
    const std::string why = is_late(secured.outcome) ? "does not finish the TLS handshake"
                                                     : stream_->layer()->failure();
    stream_.reset();
    co_return failed(ExchangeStatus::not_connected, why);
}

Task<ExchangeResult> ClientOnLoop::converse(std::string_view request, ResponseParser& parser,
                                            Deadline deadline) {
    const Transfer sent = co_await stream_->write_all(request, kNoPatience);
    if (is_late(sent.outcome))
        co_return failed(ExchangeStatus::timed_out, "does not take the request");
    // After a broken write the answer that explains it may still be there to read.
    char buffer[4096];
    while (!parser.status()) {
        const Transfer got = co_await stream_->read_some(buffer, deadline);
        if (is_late(got.outcome)) co_return result_of(ResponseStatus::timed_out, {}, authority_);
        if (got.outcome == Outcome::done)
            parser.take({buffer, got.bytes});
        else
            parser.end(got.outcome == Outcome::end);
    }
    if (sent.outcome != Outcome::done) parser.response().keeps_alive = false;
    co_return result_of(*parser.status(), std::move(parser.response()), authority_);
}

}  // namespace waymark::net::http
