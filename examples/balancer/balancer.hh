// The balancer itself: clients in, back ends out. Each client is one coroutine, from accept to its
// end, that reads as a story: may it come in, who is it, who gets it, pass on.
//
// Another back end is tried when one could not be reached, and only then: a connection that was
// made may have carried bytes, and what they did there cannot be known. So a client's bytes go to
// one back end or to none. TLS is passed through: we see the bytes, and not what they say.
//
// One thread and one event loop: limits, turns and marks are exact, and nothing is locked.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "back_ends.hh"
#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "net/acceptor.hh"
#include "net/access_list.hh"
#include "net/connect_on_loop.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/task_group.hh"
#include "ready_socket.hh"
#include "relay.hh"
#include "relay_store.hh"

namespace waymark::balancer {

class Balancer {
  public:
    static constexpr int kMostTries = 10;

    // What may change while it runs; a client keeps what held when it came.
    struct Settings {
        std::size_t connections = 1000;  // at once; the others wait in the kernel's queue
        std::size_t per_network = 100;   // of one address or IPv6 /64; one more is closed
        net::AccessList access{net::Access::allow};
        // If set: clients come through these, and each connection begins with a PROXY header.
        std::optional<net::AccessList> fronts;
        std::chrono::milliseconds header{5'000};  // for that header
        bool sends_proxy = false;
        std::chrono::milliseconds connect{1'500};  // for each try
        int tries = 3;
        Relay::Times times;
    };

    struct Counters {
        std::uint64_t accepted = 0;
        std::uint64_t denied = 0;     // by the access list
        std::uint64_t too_many = 0;   // of one network
        std::uint64_t malformed = 0;  // no PROXY header, or none in time
        std::uint64_t unserved = 0;   // no back end could be reached
        std::uint64_t retries = 0;    // tries after the first one
        std::uint64_t timed_out = 0;  // ended by the idle or the total deadline
        std::uint64_t failed = 0;     // by our own system: no memory, no descriptor
    };

    // All must outlive it. Throws UsageError for limits that contradict each other.
    Balancer(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends, Transfer transfer,
             Settings settings);
    Balancer(const Balancer&) = delete;
    Balancer& operator=(const Balancer&) = delete;
    ~Balancer();

    void accept_on(net::Listener listener);
    // Throws as the constructor, and then nothing has changed.
    void set_settings(Settings settings);

    // Accepts nobody else; the listeners are closed in the loop's next round. Who is there goes on;
    // who has not finished by `deadline` is closed, or reset if bytes were passed on. A second call
    // moves the deadline.
    void stop(daemon::Deadline deadline);
    // Called once, when stop() was called and the last client is gone.
    void when_stopped(std::function<void()> handler) { stopped_ = std::move(handler); }

    std::size_t connections() const { return clients_.size(); }
    const Counters& counters() const { return counters_; }
    const Settings& settings() const { return *settings_; }

  private:
    using SettingsInForce = std::shared_ptr<const Settings>;
    using Slot = net::ConnectionGate::Slot;

    // Who a connection is from and to: what accept says, or what a front has announced.
    struct Caller {
        net::Address source;
        net::Address destination;
        Slot slot;  // of the announced address
    };

    void receive(daemon::Fd socket, const net::Address& peer);
    net::Task<void> serve(daemon::Fd socket, net::Address peer, Slot slot);
    net::Task<bool> hear_header(ReadySocket& client, Wake& wake, Caller& caller,
                                const Settings& settings);
    bool admit(Caller& caller, const net::Address& source, const Settings& settings);
    net::Task<net::ConnectResult> reach(const net::NetworkKey& client, const Settings& settings,
                                        std::optional<BackEnd::Use>& use);
    void note_unserved();
    void note_end(const Caller& caller, BackEnd& back_end, Relay::End end);
    void accept_while_there_is_room();
    void tell_if_stopped();

    net::EventLoop& loop_;
    daemon::Log& log_;
    BackEnds& back_ends_;
    RelayStore store_;
    SettingsInForce settings_;
    net::ConnectionGate gate_;       // everybody who has come in
    net::ConnectionGate announced_;  // those whom a front has announced, by their own addresses
    Counters counters_;
    bool is_without_back_end_ = false;  // the log knows
    bool is_stopping_ = false;
    std::function<void()> stopped_;
    std::vector<std::unique_ptr<net::Acceptor>> acceptors_;
    net::Timer close_timer_;  // an acceptor must not be destroyed in its own call
    net::Timer cut_off_;
    // Last: its clients use all of the above while they are destroyed.
    net::TaskGroup clients_;
};

}  // namespace waymark::balancer
