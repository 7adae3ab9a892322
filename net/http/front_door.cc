#include "net/http/front_door.hh"

#include <exception>
#include <utility>

#include "net/socket_options.hh"

namespace waymark::net::http {

namespace {

std::vector<Listener> alone(Listener listener) {
    std::vector<Listener> listeners;
    listeners.push_back(std::move(listener));
    return listeners;
}

}  // namespace

FrontDoor::FrontDoor(Server& server, std::vector<Listener> addresses,
                     std::shared_ptr<ConnectionGate> gate, std::shared_ptr<const AccessList> access,
                     Listeners listeners)
    : server_(server),
      address_(addresses.front().address()),
      gate_(std::move(gate)),
      access_(std::move(access)),
      listeners_(std::move(listeners)) {
    for (Listener& listener : addresses)
        acceptors_.push_back(std::make_unique<Acceptor>(
            server.loop(), std::move(listener),
            [this](daemon::Fd socket, const Address& peer) { receive(std::move(socket), peer); },
            listeners_.on_exhausted));
    gate_->on_room([this] { resume(); });
}

FrontDoor::FrontDoor(Server& server, Listener address, std::shared_ptr<ConnectionGate> gate,
                     std::shared_ptr<const AccessList> access, Listeners listeners)
    : FrontDoor(server, alone(std::move(address)), std::move(gate), std::move(access),
                std::move(listeners)) {}

FrontDoor::~FrontDoor() {
    gate_->on_room({});
}

void FrontDoor::receive(daemon::Fd socket, const Address& peer) {
    if (!access_->allows(peer)) {
        ++counters_.denied;
        if (listeners_.on_denied) listeners_.on_denied(peer);
        return;
    }
    ConnectionGate::Verdict verdict = gate_->enter(peer);
    if (verdict.admission == Admission::refused) {
        ++counters_.refused;
        if (listeners_.on_refused) listeners_.on_refused(peer, verdict.reason);
        return;
    }
    if (verdict.admission == Admission::wait) pause();
    try {
        if (peer.is_ip()) {
            send_without_delay(socket);
            // What the kernel has taken from us and the peer does not take from it would stay in
            // its memory for minutes, also when the connection is closed and counted no more.
            limit_unacknowledged(socket, server_.limits().send);
        }
        server_.serve(std::move(socket), peer, std::move(verdict.slot));
    } catch (const std::exception&) {
        // No memory to begin with one client more: it is closed, the others stay. What a connection
        // lacks later, a place in epoll for instance, the server counts.
        ++counters_.failed;
    }
}

void FrontDoor::pause() {
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) acceptor->pause();
}

void FrontDoor::resume() {
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) acceptor->resume();
}

}  // namespace waymark::net::http
