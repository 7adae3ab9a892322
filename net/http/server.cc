#include "net/http/server.hh"

#include <algorithm>
#include <climits>
#include <utility>

#include "daemon/error.hh"
#include "net/http/connection.hh"
#include "net/socket_options.hh"

namespace waymark::net::http {

using daemon::UsageError;
using std::chrono::milliseconds;

namespace {

const ServerLimits& checked(const ServerLimits& limits) {
    if (limits.body_bytes_per_second == 0 || limits.requests == 0)
        throw UsageError("bytes a second and requests of one connection must be at least 1");
    const milliseconds shortest =
        std::min({limits.handshake, limits.head, limits.body, limits.send, limits.idle});
    if (shortest < milliseconds(1) || limits.body_grace < milliseconds(0))
        throw UsageError("the times that a peer may take must be at least a millisecond");
    return limits;
}

}  // namespace

Server::Server(EventLoop& loop, const Router& router, const ServerLimits& limits)
    : loop_(loop),
      router_(router),
      limits_(checked(limits)),
      gate_(limits.gate),
      stop_timer_(loop.timers(), [this] { cut_off(); }),
      close_timer_(loop.timers(), [this] { acceptors_.clear(); }) {
    gate_.on_room([this] { accept_while_there_is_room(); });
    tasks_.when_empty([this] { tell_if_stopped(); });
}

Server::~Server() {
    gate_.on_room({});  // the slots that are given back from here on wake nobody
}

void Server::set_limits(const ServerLimits& limits) {
    checked(limits);
    gate_.set_limits(limits.gate);
    limits_ = limits;
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_)
        if (acceptor->listener().address().is_ip()) prepare(acceptor->listener().fd());
}

void Server::accept_on(Listener listener, MakeLayer make_layer) {
    if (is_stopping_) return;
    if (listener.address().is_ip()) prepare(listener.fd());
    acceptors_.push_back(std::make_unique<Acceptor>(
        loop_, std::move(listener),
        [this, number = acceptors_.size(), make_layer = std::move(make_layer)](
            daemon::Fd socket, const Address& peer) {
            receive(std::move(socket), peer, make_layer, acceptors_[number]->has_seen_nobody());
        },
        [this](int error_number) {
            if (door_.on_exhausted) door_.on_exhausted(error_number);
        }));
    accept_while_there_is_room();
}

// Who comes to a listener has its options from it.
void Server::prepare(const daemon::Fd& socket) const {
    send_without_delay(socket);
    // What the kernel has taken from us and the peer does not take from it would stay in its memory
    // for minutes, also when the connection is closed and counted no more. The option counts in an
    // int.
    limit_unacknowledged(socket, std::min(limits_.send, milliseconds(INT_MAX)));
}

void Server::receive(daemon::Fd socket, const Address& peer, const MakeLayer& make_layer,
                     bool is_prepared) {
    if (!access_.allows(peer)) {
        ++counters_.denied;
        if (door_.on_denied) door_.on_denied(peer);
        if (refused_) refused_(peer, {0, "not on the access list"});
        return;
    }
    ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == Admission::refused) {
        ++counters_.turned_away;
        if (door_.on_turned_away) door_.on_turned_away(peer, entry.reason);
        return;
    }
    if (entry.admission == Admission::wait) accept_while_there_is_room();
    try {
        if (peer.is_ip() && !is_prepared) prepare(socket);
        std::unique_ptr<StreamLayer> layer = make_layer ? make_layer() : nullptr;
        serve(std::move(socket), peer, std::move(entry.slot), std::move(layer));
    } catch (const std::exception&) {
        // No memory to begin with one client more: it is closed, the others stay.
        ++counters_.failed_connections;
    }
}

void Server::accept_while_there_is_room() {
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) {
        if (gate_.has_room() && !is_stopping_)
            acceptor->resume();
        else
            acceptor->pause();
    }
}

void Server::serve(daemon::Fd socket, const Address& peer, ConnectionGate::Slot slot,
                   std::unique_ptr<StreamLayer> layer) {
    ++counters_.connections;
    tasks_.start(
        Connection::serve(*this, std::move(socket), peer, std::move(slot), std::move(layer)));
}

void Server::stop(daemon::Deadline deadline) {
    if (!is_stopping_) {
        is_stopping_ = true;
        accept_while_there_is_room();
        close_timer_.set(daemon::Deadline(loop_.now()));
        if (when_stopping_) when_stopping_();
        // No connection ends here: to cancel is to schedule, so the list does not change under us.
        for (Connection* each = first_; each != nullptr; each = each->next()) each->stop();
    }
    stop_timer_.set(deadline);
    tell_if_stopped();
}

// First those that wait for their peers end, each by its own code. Who is there in the next round
// waits for something else, and nothing tells when it will come.
void Server::cut_off() {
    if (std::exchange(is_cutting_off_, true)) return tasks_.destroy_all();
    for (Connection* each = first_; each != nullptr; each = each->next()) each->cut_off();
    constexpr EventLoop::Clock::duration kTick(1);  // this round's own instant may still be its
    stop_timer_.set(daemon::Deadline(loop_.now() + kTick));
}

void Server::when_stopped(std::function<void()> handler) {
    when_stopped_ = std::move(handler);
    tell_if_stopped();
}

void Server::tell_if_stopped() {
    if (!is_stopping_ || tasks_.size() > 0 || !when_stopped_) return;
    const std::function<void()> handler = std::exchange(when_stopped_, {});
    handler();
}

}  // namespace waymark::net::http
