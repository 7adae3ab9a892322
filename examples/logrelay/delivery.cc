#include "delivery.hh"

#include <array>
#include <exception>
#include <optional>
#include <utility>

#include "client_place.hh"
#include "daemon/error.hh"
#include "greeting.hh"
#include "local_host.hh"
#include "net/socket_options.hh"
#include "net/stream.hh"

namespace waymark::logrelay {

using daemon::Deadline;
using net::Outcome;
using net::Transfer;

namespace {

constexpr std::chrono::seconds kGone{10};        // for a machine that acknowledges nothing
constexpr std::size_t kMostUnasked = 64 * 1024;  // bytes that a client may send, asked by nobody

std::uint64_t milliseconds_since_1970() {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
    return static_cast<std::uint64_t>(now.count());
}

}  // namespace

// Held by the coroutine that writes and by the one that reads: whichever ends last.
struct Delivery::Session {
    Session(net::EventLoop& loop, daemon::Fd socket, std::unique_ptr<net::StreamLayer> layer,
            const net::Address& peer, ClientPlace its_place)
        : stream(loop, std::move(socket), std::move(layer)),
          name(peer.to_string()),
          place(std::move(its_place)) {}

    net::Stream stream;
    std::string name;
    ClientPlace place;
    bool has_ended = false;  // the client has: it is gone, or sends what it should not
    bool is_behind = false;  // something was dropped, and since then it has not caught up
    std::string why = "closed";
};

Delivery::Delivery(net::EventLoop& loop, const MessageRing& ring, net::Listener listener,
                   const net::TlsServerContext* tls, net::AccessList access,
                   const Settings& settings, daemon::Log& log)
    : loop_(loop),
      ring_(ring),
      tls_(tls),
      access_(std::move(access)),
      settings_(settings),
      log_(log),
      run_(milliseconds_since_1970()),
      own_host_(own_host_name()),
      news_(loop),
      gathered_(loop, ring, [this] { news_.tell_all(); }),
      gate_(settings.clients),
      acceptor_(
          loop, std::move(listener),
          [this](daemon::Fd socket, const net::Address& peer) { welcome(std::move(socket), peer); },
          [this](int error_number) {
              log_.error("no client can be accepted for now: {}", daemon::error_text(error_number));
          }),
      clients_([this](std::exception_ptr error) { log_.error("{}", daemon::message_of(error)); }) {
    gate_.on_room([this] { acceptor_.resume(); });
    clients_.when_empty([this] { tell_done(); });
}

Delivery::~Delivery() {
    gate_.on_room({});  // the places that are given back from here on are for nobody
    clients_.when_empty({});
}

void Delivery::welcome(daemon::Fd socket, const net::Address& peer) {
    const net::AccessList::Decision decision = access_.decide(peer);
    if (decision.access == net::Access::deny) {
        log_.notice("{}: refused by the rule \"{}\"", peer.to_string(), decision.rule);
        return;
    }
    net::ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == net::Admission::refused) {
        log_.notice("{}: refused, there are too many clients", peer.to_string());
        return;
    }
    if (!gate_.has_room()) acceptor_.pause();
    if (peer.is_ip()) {
        net::send_without_delay(socket);
        // A client that says nothing is usual here, so the kernel asks whether it is still there.
        net::keep_alive(socket, {});
        // Later than our own patience, which can say why.
        net::limit_unacknowledged(socket, settings_.patience + kGone);
    }
    ClientPlace place(ring_, run_, [this](std::string_view kind, const std::string& text) {
        return own_message(own_host_, kind, text);
    });
    std::unique_ptr<net::StreamLayer> layer;
    if (tls_ != nullptr) layer = tls_->accept();
    auto session = std::make_shared<Session>(loop_, std::move(socket), std::move(layer), peer,
                                             std::move(place));
    clients_.start(serve(std::move(session), std::move(entry.slot)));
}

net::Task<void> Delivery::serve(SessionPointer session, net::ConnectionGate::Slot) {
    const bool is_agreed = co_await agree(*session);
    if (!is_agreed) {
        log_.notice("{}: no client: {}", session->name, session->why);
        co_return;
    }
    log_.info("{}: a client", session->name);
    clients_.start(watch_for_end(session));
    co_await send_all(*session);
    log_.info("{}: {}; sent {}, dropped {}", session->name, session->why, session->place.sent(),
              session->place.dropped());
    session->stream.cancel();  // for the one that reads
}

// Who it is, and from where on it wants messages.
net::Task<bool> Delivery::agree(Session& session) {
    const Deadline deadline = Deadline::after(settings_.handshake_time, loop_.now());
    const Transfer secured = co_await session.stream.handshake(deadline);
    const net::StreamLayer* layer = session.stream.layer();
    session.why = secured.outcome == Outcome::timed_out ? "no handshake in time"
                  : layer != nullptr                    ? layer->failure()
                                                        : "";
    if (secured.outcome != Outcome::done) co_return false;
    if (layer != nullptr && layer->peer() != nullptr)
        session.name += " (" + layer->peer()->subject + ")";
    const bool is_greeted = co_await hear_greeting(session);
    co_return is_greeted;
}

// Whoever says nothing in this time wants the bare stream. Nothing is lost meanwhile: the place is
// that of the beginning.
net::Task<bool> Delivery::hear_greeting(Session& session) {
    session.why = "it is gone";
    const Deadline deadline = Deadline::after(settings_.greeting_time, loop_.now());
    std::string line;
    while (line.find('\n') == line.npos) {
        std::array<char, kLongestGreeting> piece;
        const Transfer got = co_await session.stream.read_some(piece, deadline);
        if (got.outcome == Outcome::timed_out && line.empty()) {
            session.why = "closed";
            co_return true;
        }
        if (got.outcome != Outcome::done) co_return false;
        line.append(piece.data(), got.bytes);
        session.why = "what it said is no greeting";
        if (line.size() > kLongestGreeting) co_return false;
    }
    line.erase(line.find('\n'));
    if (line.ends_with('\r')) line.pop_back();
    const std::optional<Greeting> greeting = read_greeting(line);
    if (!greeting) co_return false;
    session.why = "closed";
    session.place.go_to(*greeting);
    co_return true;
}

net::Task<void> Delivery::send_all(Session& session) {
    std::string piece;
    while (!session.has_ended) {
        take_piece(session, piece);
        if (!piece.empty()) {
            const Transfer gone = co_await session.stream.write_all(piece, settings_.patience);
            if (gone.outcome == Outcome::timed_out) session.why = "took nothing for too long";
            if (gone.outcome != Outcome::done) co_return;
        } else if (is_stopping_) {
            session.why = "has all";
            session.stream.shutdown_write();
            co_return;
        } else {
            co_await news_.wait();
        }
    }
}

void Delivery::take_piece(Session& session, std::string& piece) {
    piece.clear();
    const std::uint64_t sent = session.place.sent();
    const std::uint64_t dropped = session.place.dropped();
    session.place.take(piece, GatheredNews::kPiece);
    counts_.sent += session.place.sent() - sent;
    const std::uint64_t missing = session.place.dropped() - dropped;
    counts_.dropped += missing;
    if (missing > 0 && !std::exchange(session.is_behind, true))
        log_.warning("{}: too slow, {} messages were dropped", session.name, missing);
    if (!session.place.has_more()) session.is_behind = false;
}

// Nobody asks a client anything. What it sends is read, so that its end is seen.
net::Task<void> Delivery::watch_for_end(SessionPointer session) {
    std::size_t unasked = 0;
    while (unasked <= kMostUnasked) {
        std::array<char, 1024> piece;
        const Transfer got = co_await session->stream.read_some(piece, Deadline::never());
        if (got.outcome == Outcome::cancelled) co_return;
        if (got.outcome == Outcome::failed)
            session->why = "broken: " + daemon::error_text(got.error);
        if (got.outcome != Outcome::done) break;
        unasked += got.bytes;
    }
    if (unasked > kMostUnasked) session->why = "sends what nobody asked for";
    session->has_ended = true;
    session->stream.cancel();
    news_.tell_all();
}

void Delivery::stop(std::function<void()> on_done) {
    on_done_ = std::move(on_done);
    is_stopping_ = true;
    acceptor_.pause();
    gate_.on_room({});
    news_.tell_all();
    tell_done();
}

void Delivery::tell_done() {
    if (is_stopping_ && clients_.size() == 0) on_done_();
}

}  // namespace waymark::logrelay
