// How many clients are served at once. Without a limit, a thousand idle connections use up the
// descriptors and the memory of all others. Two limits hold the number: from the soft one on, the
// server stops accepting and new clients wait in the kernel's queue; at the hard one they are
// closed. A third holds the clients of one network (an IPv4 address, or an IPv6 /64), so that one
// host cannot take all places.
//
// The place is an object: the connection owns its Slot, and the place is given back wherever the
// connection ends, by an exception too. A counter that each error path must decrement drifts.
//
// For one thread: neither gate nor slots are locked. The gate must outlive its slots.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "net/address.hh"

namespace waymark::net {

// Refuse early and by chance: none below `start` places taken, from there `rate_percent`, rising
// evenly to all at `full` (MaxStartups in sshd_config(5)). A flood then loses most of its
// connections before the server is full, and one honest client still gets in by trying again.
struct EarlyDrop {
    std::size_t start;
    unsigned rate_percent;
    std::size_t full;
};

struct GateLimits {
    std::size_t soft = 480;
    std::size_t hard = 512;
    std::size_t per_network = 32;
    std::optional<EarlyDrop> early_drop;
};

enum class Admission {
    admitted,  // serve it
    wait,      // serve it, but accept nobody else until has_room()
    refused,   // close it at once, before any work
};

// Why somebody was refused. Where several limits are reached, it is the first of these.
enum class ReachedLimit { none, hard_limit, network_limit, early_drop };

class ConnectionGate {
  public:
    // One place. Moves, never copies; the destructor gives it back. A slot that is assigned to
    // gives back the place that it had; moved to itself it keeps it.
    class Slot {
      public:
        Slot() = default;
        Slot(Slot&& other) noexcept
            : gate_(std::exchange(other.gate_, nullptr)), network_(other.network_) {}
        Slot& operator=(Slot&& other) noexcept;
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        ~Slot() { give_back(); }

        // Does nothing without a place: moved away, given back before, or never had.
        void give_back();
        explicit operator bool() const { return gate_ != nullptr; }

      private:
        friend class ConnectionGate;
        Slot(ConnectionGate& gate, const NetworkKey& network) : gate_(&gate), network_(network) {}

        ConnectionGate* gate_ = nullptr;
        NetworkKey network_;
    };

    struct Entry {
        Admission admission;
        Slot slot;  // holds a place unless refused
        ReachedLimit reason = ReachedLimit::none;
    };

    // A number from 0 to 99, each as likely as the others. Below early_drop_percent() it means that
    // this client is dropped.
    using RollPercent = std::function<unsigned()>;

    // Throws UsageError as check_limits(). Without `roll`, a random generator of its own decides
    // the early drops.
    explicit ConnectionGate(const GateLimits& limits, RollPercent roll = {});
    ConnectionGate(const ConnectionGate&) = delete;
    ConnectionGate& operator=(const ConnectionGate&) = delete;
    ~ConnectionGate();

    // Asks for a place, right after accept. Who is refused changes no count. A Unix peer is of no
    // network; the other limits hold for it, too.
    Entry enter(const Address& peer);

    // Fewer than the soft limit are inside: accept.
    bool has_room() const { return count_ < limits_.soft; }

    // Called when has_room() becomes true again: from where a slot ends, is given back or assigned
    // to, or from set_limits(); the counts are the new ones by then. Must neither throw nor set
    // another handler, and should do no more than wake the one who accepts.
    void on_room(std::function<void()> handler) { room_handler_ = std::move(handler); }

    // For a configuration that was read again: who is inside stays. Throws as the constructor, and
    // then the old ones hold.
    void set_limits(const GateLimits& limits);

    std::size_t count() const { return count_; }
    // Those inside from the peer's network; 0 for a Unix peer.
    std::size_t count_of(const Address& peer) const;
    // How many networks are remembered: those with a client inside, so never more than count().
    std::size_t networks() const { return by_network_.size(); }
    const GateLimits& limits() const { return limits_; }

  private:
    ReachedLimit reason_to_refuse(const NetworkKey& network) const;
    void leave(const NetworkKey& network);

    GateLimits limits_;
    RollPercent roll_;
    std::function<void()> room_handler_;
    std::size_t count_ = 0;
    std::unordered_map<NetworkKey, std::size_t, NetworkKeyHash> by_network_;
};

// Limits that contradict each other throw UsageError: soft above hard; soft or per_network 0; a
// rate above 100; full at or below start.
void check_limits(const GateLimits& limits);

// What an early drop rolls against when `count` places are taken: 0 to 100 percent, rounded down.
unsigned early_drop_percent(const EarlyDrop& drop, std::size_t count);

}  // namespace waymark::net
