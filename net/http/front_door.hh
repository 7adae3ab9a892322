// What stands before a server: the listener, the list of those who may talk to it, and the gate
// that counts who is inside. A client that may not come in is closed before any work is done for
// it.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "net/acceptor.hh"
#include "net/access_list.hh"
#include "net/connection_gate.hh"
#include "net/http/server.hh"
#include "net/listener.hh"

namespace waymark::net::http {

class FrontDoor {
  public:
    struct Counters {
        std::uint64_t denied = 0;   // by the access list
        std::uint64_t refused = 0;  // by the gate
        std::uint64_t failed = 0;   // by our own system
    };

    // For the log. Each may be empty; none may destroy the door.
    struct Listeners {
        std::function<void(const Address& peer)> on_denied;
        std::function<void(const Address& peer, net::Refusal reason)> on_refused;
        std::function<void(int error_number)> on_exhausted;  // no descriptors: once a time
    };

    // One door may have several addresses; the gate counts the clients of all. `server` must
    // outlive the door. The gate is shared because connections hold places in it: it must outlive
    // the server's.
    FrontDoor(Server& server, std::vector<Listener> addresses, std::shared_ptr<ConnectionGate> gate,
              std::shared_ptr<const AccessList> access, Listeners listeners = {});

    FrontDoor(Server& server, Listener address, std::shared_ptr<ConnectionGate> gate,
              std::shared_ptr<const AccessList> access, Listeners listeners = {});

    FrontDoor(const FrontDoor&) = delete;
    FrontDoor& operator=(const FrontDoor&) = delete;
    ~FrontDoor();

    // From the next client on.
    void use(std::shared_ptr<const AccessList> access) { access_ = std::move(access); }

    // Nobody else comes in. Not from within the acceptor's call.
    void close() { acceptors_.clear(); }

    // The first one.
    const Address& address() const { return address_; }
    const Counters& counters() const { return counters_; }

  private:
    void receive(daemon::Fd socket, const Address& peer);
    void pause();
    void resume();

    Server& server_;
    Address address_;
    std::shared_ptr<ConnectionGate> gate_;
    std::shared_ptr<const AccessList> access_;
    Listeners listeners_;
    Counters counters_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

}  // namespace waymark::net::http
