// UDP through the relay. A client is known by its address; for each there is a socket that is
// connected to the target, so that answers find their way back. A datagram passes whole, late or
// not at all.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/event_loop.hh"
#include "relay_faults.hh"

namespace waymark::lab {

class RelayedDatagrams final : private net::EventLoop::Watcher {
  public:
    static constexpr std::size_t kMostClients = 64;  // one more takes the place of the one that has
                                                     // been silent for longest
    static constexpr std::size_t kMostHeld = std::size_t{4}
                                             << 20;  // bytes; beyond it they are lost

    // `socket` is bound and non-blocking. `loop` and `faults` must outlive this. Throws
    // std::system_error.
    RelayedDatagrams(net::EventLoop& loop, daemon::Fd socket, const net::Address& target,
                     const RelayFaults& faults);
    ~RelayedDatagrams();

  private:
    struct Way {
        std::uint64_t seen = 0;    // datagrams
        std::uint64_t passed = 0;  // bytes
    };
    class Client;
    struct Late {
        daemon::Deadline due;
        std::weak_ptr<Client> client;
        bool is_answer;
        std::string bytes;
    };

    bool on_ready(std::uint32_t events) override;
    std::shared_ptr<Client> client_at(const net::Address& address);
    void pass(const std::shared_ptr<Client>& client, bool is_answer, std::string_view bytes);
    void send_due();

    net::EventLoop& loop_;
    daemon::Fd socket_;
    net::Address target_;
    const RelayFaults& faults_;
    net::Timer next_due_;
    std::vector<std::shared_ptr<Client>> clients_;  // who has sent last is the last
    std::deque<Late> late_;                         // in the order in which they are due
    std::size_t held_ = 0;
    std::array<char, 65'536> buffer_;  // no datagram is longer (udp(7))
};

}  // namespace waymark::lab
