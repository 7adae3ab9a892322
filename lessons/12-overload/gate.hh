// A gate with slots, as the cases use it: what enter() says is compared, and so are all counts.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advice.hh"
#include "net/connection_gate.hh"

namespace waymark::course::check {

using net::Address;
using net::Admission;
using net::ConnectionGate;
using net::EarlyDrop;
using net::GateLimits;
using net::NetworkKey;
using net::ReachedLimit;
using Slot = ConnectionGate::Slot;
using Entry = ConnectionGate::Entry;

Address ip(std::string_view text, std::uint16_t port = 0);
// fe80::`host` on the interface of this number.
Address link_local(std::uint16_t host, std::uint32_t interface);
// Each of another network.
Address stranger(std::size_t number);

std::string name_of(Admission admission);
std::string name_of(ReachedLimit reason);

// One that gives the next of `rolls` each time, and then the last for ever.
ConnectionGate::RollPercent rolls(std::vector<unsigned> numbers);

// What enter() said, without its slot.
struct Answer {
    Admission admission;
    ReachedLimit reason;
    bool has_place;
};
Answer answer_of(const Entry& entry);

// What is wrong with it, if anything.
struct Difference {
    std::string what, expected, seen;
    Causes causes;
};
std::optional<Difference> compare(const Answer& seen, Admission admission, ReachedLimit reason);
[[noreturn]] void fail(const Difference& difference);

class GateUnderTest {
  public:
    // The limits are good ones. Somebody listens, who does nothing.
    explicit GateUnderTest(const GateLimits& limits, ConnectionGate::RollPercent roll = {});
    // Forgets a gate with a wrong count: its own destructor would end the program, and what the
    // case has to say of it was said.
    ~GateUnderTest();
    GateUnderTest(const GateUnderTest&) = delete;
    GateUnderTest& operator=(const GateUnderTest&) = delete;

    ConnectionGate& operator*() const { return *gate_; }
    ConnectionGate* operator->() const { return gate_.get(); }

    // With limits that contradict nothing.
    void set_limits(const GateLimits& limits);

    // Asks, compares, and keeps the slot as the last one.
    void enters(const Address& peer, Admission admission, ReachedLimit reason = ReachedLimit::none);
    // Some strangers, who must be let in; the first is stranger(`first`).
    void fill(std::size_t count, std::size_t first = 0);
    void last_leaves() { slots.pop_back(); }

    void expect_count(std::size_t count, const Causes& causes) const;
    void expect_count_of(const Address& peer, std::size_t count, const Causes& causes) const;
    // All slots end; nothing may be left.
    void expect_empty();

    std::vector<Slot> slots;

  private:
    std::unique_ptr<ConnectionGate> gate_;
};

}  // namespace waymark::course::check
