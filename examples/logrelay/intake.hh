// The way in: datagrams from the network and from this machine become messages in the ring. Senders
// of datagrams are not connected and cannot be told anything, nor slowed down: what may not come,
// or comes too fast, is dropped and counted.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/fd.hh"
#include "datagram_input.hh"
#include "message_ring.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/event_loop.hh"
#include "timestamp.hh"

namespace waymark::logrelay {

class Intake {
  public:
    struct Counts {
        std::uint64_t received = 0;
        std::uint64_t refused = 0;  // of them, from senders that may not
        std::uint64_t cut = 0;      // of them, longer than they may be
        std::uint64_t lost = 0;     // in the kernel, because we were too slow
    };

    // The loop and the ring must outlive it. `longest` bytes of a datagram are taken.
    // `on_messages` is told when some have been added.
    Intake(net::EventLoop& loop, MessageRing& ring, net::AccessList senders, std::size_t longest,
           std::function<void()> on_messages);

    // A bound datagram socket, of UDP or of the local kind.
    void take_from(daemon::Fd socket);

    void set_senders(net::AccessList senders) { senders_ = std::move(senders); }

    // Takes what has arrived, and closes the sockets.
    void stop();

    const Counts& counts() const { return counts_; }

  private:
    void receive(std::string_view bytes, const net::Address& from, bool is_cut, bool is_local);
    void tell_lost(std::uint32_t count);
    const Timestamp& now();

    net::EventLoop& loop_;
    MessageRing& ring_;
    net::AccessList senders_;
    std::size_t longest_;
    std::function<void()> on_messages_;
    const std::string own_host_;
    Counts counts_;
    Timestamp now_{};
    net::EventLoop::Clock::time_point round_{};  // in which now_ was asked for
    net::Address last_sender_;
    std::string last_host_;  // its text, which is dear to make
    std::vector<std::unique_ptr<DatagramInput>> inputs_;
};

}  // namespace waymark::logrelay
