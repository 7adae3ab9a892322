// Who accepts has stopped at the soft limit. It hears of room when there is some, and only then.

#include <doctest/doctest.h>

#include <utility>

#include "gate.hh"

using namespace waymark::course::check;

namespace {

// Counts the calls, and asks what the one who accepts would ask.
class Listening {
  public:
    explicit Listening(GateUnderTest& gate) : gate_(*gate) {
        gate_.on_room([this] {
            ++calls_;
            had_room_ = had_room_ && gate_.has_room();
            count_ = gate_.count();
            networks_ = gate_.networks();
        });
    }

    void expect_calls(int calls) const {
        expect(calls_ >= calls, "calls of on_room()", show(calls), show(calls_), kUntold);
        expect(calls_ == calls, "calls of on_room()", show(calls), show(calls_), kTooOften);
        expect(had_room_, "has_room(), asked in on_room()", "true", "false", kTooEarly);
    }
    void expect_seen(std::size_t count) const {
        expect_equal(count_, count, "count(), asked in on_room()", kTooEarly);
        // Each client is of a network of its own here.
        expect_equal(networks_, count, "networks(), asked in on_room()", kTooEarly);
    }

  private:
    ConnectionGate& gate_;
    int calls_ = 0;
    bool had_room_ = true;
    std::size_t count_ = 0;
    std::size_t networks_ = 0;
};

}  // namespace

TEST_CASE("who accepts hears once when the soft limit is left") {
    GateUnderTest gate({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    const Listening listening(gate);
    step("four enter");
    gate.fill(4);
    listening.expect_calls(0);
    step("they leave, one by one");
    gate.last_leaves();
    listening.expect_calls(0);
    gate.last_leaves();
    listening.expect_calls(0);
    gate.last_leaves();
    listening.expect_calls(1);
    listening.expect_seen(1);
    gate.last_leaves();
    listening.expect_calls(1);
    step("below the soft limit one comes and goes");
    gate.fill(1);
    gate.last_leaves();
    listening.expect_calls(1);
    step("two come and go, three times");
    for (int i = 2; i <= 4; ++i) {
        gate.fill(2);
        gate.last_leaves();
        listening.expect_calls(i);
        gate.last_leaves();
    }
    listening.expect_calls(4);
}

TEST_CASE("a place that is given back or assigned away is heard of as well") {
    GateUnderTest gate({.soft = 2, .hard = 2, .per_network = 4, .early_drop = {}});
    const Listening listening(gate);
    gate.fill(2);
    step("give_back()");
    gate.slots[1].give_back();
    listening.expect_calls(1);
    gate.slots[1].give_back();
    listening.expect_calls(1);
    step("two are inside; one slot is assigned to the other");
    gate.last_leaves();
    gate.fill(1, 10);
    gate.slots[0] = std::move(gate.slots[1]);
    listening.expect_calls(2);
    listening.expect_seen(1);
}

TEST_CASE("who is refused gives nobody room") {
    GateUnderTest gate({.soft = 1, .hard = 2, .per_network = 1, .early_drop = {}});
    const Listening listening(gate);
    gate.fill(1);
    step("one of a network that has its places, then one too many");
    gate.enters(stranger(0), Admission::refused, ReachedLimit::network_limit);
    gate.fill(1, 5);
    gate.enters(stranger(9), Admission::refused, ReachedLimit::hard_limit);
    listening.expect_calls(0);
}

TEST_CASE("a raised soft limit is heard of when it makes room") {
    GateUnderTest gate({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    const Listening listening(gate);
    gate.fill(3);
    step("three are inside; soft 3");
    gate.set_limits({.soft = 3, .hard = 4, .per_network = 4, .early_drop = {}});
    listening.expect_calls(0);
    step("soft 4");
    gate.set_limits({.soft = 4, .hard = 4, .per_network = 4, .early_drop = {}});
    listening.expect_calls(1);
    listening.expect_seen(3);
    step("soft 9: there was room before");
    gate.set_limits({.soft = 9, .hard = 9, .per_network = 4, .early_drop = {}});
    listening.expect_calls(1);
    step("soft 2, then 3: there is none");
    gate.set_limits({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    gate.set_limits({.soft = 3, .hard = 4, .per_network = 4, .early_drop = {}});
    listening.expect_calls(1);
    step("soft 2, then 4: now there is");
    gate.set_limits({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    gate.set_limits({.soft = 4, .hard = 4, .per_network = 4, .early_drop = {}});
    listening.expect_calls(2);
    step("soft 3; one leaves");
    gate.set_limits({.soft = 3, .hard = 4, .per_network = 4, .early_drop = {}});
    gate.last_leaves();
    listening.expect_calls(3);
}

TEST_CASE("after a lowered soft limit the new one counts") {
    GateUnderTest gate({.soft = 4, .hard = 4, .per_network = 4, .early_drop = {}});
    const Listening listening(gate);
    gate.fill(4);
    step("four are inside; soft 2; they leave, one by one");
    gate.set_limits({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    gate.last_leaves();
    gate.last_leaves();
    listening.expect_calls(0);
    gate.last_leaves();
    listening.expect_calls(1);
}

TEST_CASE("nobody needs to listen") {
    GateUnderTest gate({.soft = 1, .hard = 2, .per_network = 4, .early_drop = {}});
    gate->on_room({});
    gate.fill(2);
    step("nobody has set on_room(); both leave, and the limits change");
    if_it_crashes(kNobodyListens);
    gate.expect_empty();
    gate.fill(1);
    gate.set_limits({.soft = 2, .hard = 2, .per_network = 4, .early_drop = {}});
    gate.expect_empty();
}
