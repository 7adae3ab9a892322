#include "net/http/front_door.hh"

#include <exception>
#include <utility>

#include "net/socket_options.hh"

namespace waymark::net::http {

FrontDoor::FrontDoor(Server& server, Listener listener, std::shared_ptr<ConnectionGate> gate,
                     std::shared_ptr<const AccessList> access)
    : server_(server),
      address_(listener.address()),
      gate_(std::move(gate)),
      access_(std::move(access)) {
    acceptor_.emplace(
        server.loop(), std::move(listener),
        [this](daemon::Fd socket, const Address& peer) { receive(std::move(socket), peer); });
    gate_->on_room([this] {
        if (acceptor_) acceptor_->resume();
    });
}

FrontDoor::~FrontDoor() {
    gate_->on_room({});
}

void FrontDoor::receive(daemon::Fd socket, const Address& peer) {
    if (!access_->allows(peer)) {
        ++counters_.denied;
        return;
    }
    ConnectionGate::Verdict verdict = gate_->enter(peer);
    if (verdict.admission == Admission::refused) {
        ++counters_.refused;
        return;
    }
    if (verdict.admission == Admission::wait) acceptor_->pause();
    try {
        if (peer.is_ip()) send_without_delay(socket);
        server_.serve(std::move(socket), peer, std::move(verdict.slot));
    } catch (const std::exception&) {
        // No memory or no place in epoll for one client more: it is closed, the others stay.
        ++counters_.failed;
    }
}

}  // namespace waymark::net::http
