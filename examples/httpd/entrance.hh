// Who may come in, where several threads accept or end clients: the access list, and the counts of
// net/connection_gate under a lock. (An event loop has both in its server, without a lock.)

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "logs.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"
#include "options.hh"

namespace waymark::httpd {

class Entrance {
  public:
    // Both must outlive it.
    Entrance(const Options& options, Logs& logs);

    // A place, given back wherever it ends, in any thread; the entrance must outlive it.
    class Place {
      public:
        Place(Entrance& entrance, net::ConnectionGate::Slot slot)
            : entrance_(&entrance), slot_(std::move(slot)) {}
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        ~Place();

      private:
        Entrance* entrance_;
        net::ConnectionGate::Slot slot_;
    };

    // Nothing for who is not let in, which is logged. From any thread.
    std::optional<Place> enter(const net::Address& peer);

  private:
    const net::AccessList& access_;
    Logs& logs_;
    std::mutex mutex_;  // guards the gate and its slots
    net::ConnectionGate gate_;
};

}  // namespace waymark::httpd
