// The check of lesson 12. Here: who is let in, who waits, who is refused, and how a place is given
// back. Networks are in check_networks.cpp, early drops and limits in check_limits.cpp, who hears
// of room in check_room.cpp, and all of it mixed in check_rows.cpp. Nothing is connected: a gate
// counts what its caller has accepted.

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "gate.hh"

using namespace waymark::course::check;

TEST_CASE("a client is let in and counted") {
    GateUnderTest gate({.soft = 3, .hard = 4, .per_network = 4, .early_drop = {}});
    step("one client asks for a place");
    Entry entry = gate->enter(stranger(1));
    expect(entry.admission == Admission::admitted, "what enter() says", "admitted",
           name_of(entry.admission), kNotWritten);
    expect(static_cast<bool>(entry.slot), "its slot", "holds a place", "without a place",
           kNotWritten);
    expect(entry.reason == ReachedLimit::none, "the reason", "none", name_of(entry.reason),
           kReason);
    gate.slots.push_back(std::move(entry.slot));
    gate.expect_count(1, kNotWritten);
    gate.expect_count_of(stranger(1), 1, kDrift);
    step("its slot ends");
    gate.last_leaves();
    gate.expect_count(0, kDrift);
    gate.expect_count_of(stranger(1), 0, kDrift);
}

TEST_CASE("from the soft limit on clients wait and at the hard one they are refused") {
    for (const auto& [soft, hard] : {std::pair<std::size_t, std::size_t>{2, 4}, {1, 2}, {5, 6}}) {
        step("soft " + show(soft) + ", hard " + show(hard) + "; fill the gate");
        GateUnderTest gate({.soft = soft, .hard = hard, .per_network = 9, .early_drop = {}});
        for (std::size_t inside = 1; inside <= hard; ++inside) {
            gate.enters(stranger(inside), inside < soft ? Admission::admitted : Admission::wait);
            gate.expect_count(inside, kDrift);
            expect_equal(gate->has_room(), inside < soft, "has_room()", kDrift);
        }
        step("three more ask");
        for (std::size_t i = 0; i < 3; ++i)
            gate.enters(stranger(20 + i), Admission::refused, ReachedLimit::hard_limit);
        gate.expect_count(hard, kRefusedCounts);
        step("one leaves, and one more asks");
        gate.last_leaves();
        gate.expect_count(hard - 1, kDrift);
        gate.enters(stranger(30), Admission::wait);
        gate.enters(stranger(31), Admission::refused, ReachedLimit::hard_limit);
        gate.expect_empty();
    }
}

TEST_CASE("where both limits are one the last place still lets in") {
    step("soft 1, hard 1; two ask");
    GateUnderTest gate({.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}});
    gate.enters(stranger(1), Admission::wait);
    gate.enters(stranger(2), Admission::refused, ReachedLimit::hard_limit);
    gate.expect_empty();
}

TEST_CASE("who is refused holds no place") {
    GateUnderTest gate({.soft = 2, .hard = 2, .per_network = 1, .early_drop = {}});
    gate.fill(1);
    step("the same network asks a hundred times");
    for (int i = 0; i < 100; ++i) {
        gate.enters(stranger(0), Admission::refused, ReachedLimit::network_limit);
        gate.expect_count(1, kRefusedCounts);
    }
    gate.expect_count_of(stranger(0), 1, kRefusedCounts);
    step("another fills the gate, and a hundred more ask");
    gate.enters(stranger(1), Admission::wait);
    for (std::size_t i = 0; i < 100; ++i)
        gate.enters(stranger(2 + i), Admission::refused, ReachedLimit::hard_limit);
    gate.expect_count(2, kRefusedCounts);
    gate.expect_count_of(stranger(2), 0, kRefusedCounts);
    expect_equal(gate->networks(), 2U, "networks()", kRefusedCounts);
    gate.expect_empty();
}

TEST_CASE("a place is given back when an error ends its connection") {
    GateUnderTest gate({.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}});
    for (int i = 1; i <= 5; ++i) {
        step("client " + show(i) + " is let in, and an exception ends it");
        try {
            const Entry entry = gate->enter(stranger(1));
            expect(static_cast<bool>(entry.slot), "its slot", "holds a place", "without a place",
                   kDrift);
            throw std::runtime_error("the connection broke");
        } catch (const std::runtime_error&) {
        }
        gate.expect_count(0, kDrift);
        gate.expect_count_of(stranger(1), 0, kDrift);
    }
}

TEST_CASE("a place is given back once") {
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}});
    gate.fill(3);
    Entry entry = gate->enter(stranger(0));
    step("give_back()");
    entry.slot.give_back();
    gate.expect_count(3, kDrift);
    gate.expect_count_of(stranger(0), 1, kDrift);
    expect(!entry.slot, "the slot", "without a place", "holds a place", kTwice);
    step("give_back() again");
    entry.slot.give_back();
    gate.expect_count(3, kTwice);
    gate.expect_count_of(stranger(0), 1, kTwice);
    step("the slot ends");
    { const Slot gone = std::move(entry.slot); }
    gate.expect_count(3, kTwice);
    step("a slot that never had a place");
    Slot empty;
    empty.give_back();
    expect(!empty, "the slot", "without a place", "holds a place", kTwice);
    gate.expect_count(3, kTwice);
    gate.expect_empty();
}

TEST_CASE("a place moves with its slot") {
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}});
    gate.fill(2);  // stranger(0) and stranger(1)
    Slot& first = gate.slots[0];
    Slot& second = gate.slots[1];
    step("the slot of client 2 is assigned to that of client 1");
    first = std::move(second);
    expect(!second, "the slot that was moved away", "without a place", "holds a place", kMove);
    expect(static_cast<bool>(first), "the slot that was assigned to", "holds a place",
           "without a place", kMove);
    gate.expect_count(1, kMove);
    gate.expect_count_of(stranger(0), 0, kMove);
    gate.expect_count_of(stranger(1), 1, kMove);
    step("the one without a place gets it back");
    second = std::move(first);
    gate.expect_count(1, kMove);
    gate.expect_count_of(stranger(1), 1, kMove);
    expect(!first, "the slot that was moved away", "without a place", "holds a place", kMove);
    step("a slot without a place is assigned to it");
    second = Slot();
    gate.expect_count(0, kMove);
    gate.expect_count_of(stranger(1), 0, kMove);
    expect(!second, "the slot", "without a place", "holds a place", kMove);
    gate.expect_empty();
}

TEST_CASE("a slot gives back the place of the network that it has taken") {
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}});
    gate.fill(3);
    step("the slot of client 2 is assigned to that of client 1, and ends");
    gate.slots[0] = std::move(gate.slots[1]);
    gate.slots[0].give_back();
    gate.expect_count(1, kMove);
    gate.expect_count_of(stranger(1), 0, kMove);
    gate.expect_count_of(stranger(0), 0, kMove);
    gate.expect_empty();
}

TEST_CASE("a slot that is moved to itself keeps its place") {
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}});
    gate.fill(1);
    step("the slot is assigned to itself");
    Slot& slot = gate.slots[0];
    Slot& same = slot;
    slot = std::move(same);
    gate.expect_count(1, kSelfMove);
    expect(static_cast<bool>(slot), "the slot", "holds a place", "without a place", kSelfMove);
    gate.expect_empty();
}

TEST_CASE("each gate has counts of its own") {
    GateUnderTest front({.soft = 2, .hard = 2, .per_network = 2, .early_drop = {}});
    GateUnderTest back({.soft = 9, .hard = 9, .per_network = 1, .early_drop = {}});
    step("two clients at one gate, and one of them at the other");
    front.fill(2);
    back.expect_count(0, kShared);
    back.expect_count_of(stranger(0), 0, kShared);
    back.fill(1);
    front.expect_count(2, kShared);
    front.expect_count_of(stranger(0), 1, kShared);
    step("a slot of the second gate is assigned to one of the first");
    front.slots[0] = std::move(back.slots[0]);
    front.expect_count(1, kMove);
    back.expect_count(1, kShared);
    step("it ends");
    front.slots[0].give_back();
    back.expect_count(0, kShared);
    front.expect_count(1, kShared);
    front.expect_empty();
}
