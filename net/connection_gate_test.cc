#include "net/connection_gate.hh"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "daemon/error.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;

namespace {

using Slot = ConnectionGate::Slot;

Address ip(std::string_view text, std::uint16_t port = 0) {
    return Address::parse_ip(text, port).value();
}

// Each client from another network.
Address stranger(std::size_t number) {
    return ip("10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256));
}

ConnectionGate::RollPercent always(unsigned percent) {
    return [percent] { return percent; };
}

void fill(ConnectionGate& gate, std::vector<Slot>& slots, std::size_t count) {
    while (slots.size() < count) slots.push_back(gate.enter(stranger(slots.size())).slot);
}

}  // namespace

TEST_CASE("the soft limit says wait, the hard limit refuses") {
    ConnectionGate gate({.soft = 2, .hard = 4, .per_network = 9, .early_drop = {}});
    std::vector<Slot> slots;
    for (const Admission expected :
         {Admission::admitted, Admission::wait, Admission::wait, Admission::wait}) {
        ConnectionGate::Entry entry = gate.enter(stranger(slots.size()));
        CHECK(entry.admission == expected);
        CHECK(entry.slot);
        slots.push_back(std::move(entry.slot));
    }
    const ConnectionGate::Entry entry = gate.enter(stranger(4));
    CHECK(entry.admission == Admission::refused);
    CHECK(entry.reason == ReachedLimit::hard_limit);
    CHECK_FALSE(entry.slot);
    CHECK(gate.count() == 4);
}

TEST_CASE("new limits hold for newcomers and leave the others where they are") {
    ConnectionGate gate({.soft = 4, .hard = 4, .per_network = 9, .early_drop = {}});
    std::vector<Slot> slots;
    fill(gate, slots, 3);
    gate.set_limits({.soft = 2, .hard = 2, .per_network = 9, .early_drop = {}});
    CHECK(gate.count() == 3);
    CHECK(gate.enter(stranger(3)).admission == Admission::refused);
    gate.set_limits({.soft = 5, .hard = 5, .per_network = 9, .early_drop = {}});
    CHECK(gate.enter(stranger(3)).admission == Admission::admitted);
    CHECK_THROWS_AS(gate.set_limits({.soft = 3, .hard = 2, .per_network = 9, .early_drop = {}}),
                    UsageError);
    CHECK(gate.limits().hard == 5);
}

TEST_CASE("a place is given back wherever its connection ends") {
    ConnectionGate gate({.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}});
    const auto serve = [&](bool fails) {
        const ConnectionGate::Entry entry = gate.enter(ip("127.0.0.1"));
        CHECK(gate.count() == 1);
        if (fails) throw std::runtime_error("connection failed");
    };
    for (const bool fails : {true, false, true}) {
        try {
            serve(fails);
        } catch (const std::runtime_error&) {
        }
        CHECK(gate.count() == 0);
        CHECK(gate.networks() == 0);
    }
}

TEST_CASE("a place moves with its slot and is given back once") {
    static_assert(!std::is_copy_constructible_v<Slot> && !std::is_copy_assignable_v<Slot>);
    static_assert(std::is_nothrow_move_constructible_v<Slot>);
    ConnectionGate gate({});
    Slot first = gate.enter(stranger(1)).slot;
    Slot second = std::move(first);
    CHECK(gate.count() == 1);
    CHECK_FALSE(first);
    second = gate.enter(stranger(2)).slot;
    CHECK(gate.count() == 1);
    CHECK(gate.count_of(stranger(1)) == 0);
    CHECK(gate.count_of(stranger(2)) == 1);
    second.give_back();
    second.give_back();
    CHECK(gate.count() == 0);
}

TEST_CASE("a refused client changes no count") {
    ConnectionGate gate({.soft = 5, .hard = 5, .per_network = 1, .early_drop = {}});
    const Slot slot = gate.enter(ip("127.0.0.1")).slot;
    for (int i = 0; i < 100; ++i) {
        const ConnectionGate::Entry entry = gate.enter(ip("127.0.0.1"));
        CHECK(entry.reason == ReachedLimit::network_limit);
    }
    CHECK(gate.count() == 1);
    CHECK(gate.count_of(ip("127.0.0.1")) == 1);
}

TEST_CASE("of several limits that are reached the first is named") {
    int rolls = 0;
    ConnectionGate gate({.soft = 2, .hard = 2, .per_network = 1, .early_drop = EarlyDrop{0, 50, 1}},
                        [&rolls] {
                            ++rolls;
                            return 50U;
                        });
    const Slot first = gate.enter(stranger(1)).slot;
    CHECK(first);
    CHECK(gate.enter(stranger(1)).reason == ReachedLimit::network_limit);
    CHECK(rolls == 1);
    CHECK(gate.enter(stranger(2)).reason == ReachedLimit::early_drop);
    gate.set_limits({.soft = 1, .hard = 1, .per_network = 1, .early_drop = EarlyDrop{0, 50, 1}});
    CHECK(gate.enter(stranger(1)).reason == ReachedLimit::hard_limit);
}

TEST_CASE("a slot that is moved to itself keeps its place") {
    ConnectionGate gate({});
    Slot slot = gate.enter(stranger(1)).slot;
    Slot& same = slot;
    slot = std::move(same);
    CHECK(slot);
    CHECK(gate.count() == 1);
}

TEST_CASE("one host is one network, whatever its port, its spelling or its place in a /64") {
    struct Row {
        Address first, second;
        bool same;
    };
    for (const Row& row : {
             Row{ip("192.0.2.1", 1), ip("192.0.2.1", 2), true},
             Row{ip("192.0.2.1"), ip("::ffff:192.0.2.1"), true},
             Row{ip("192.0.2.1"), ip("192.0.2.2"), false},
             Row{ip("2001:db8::1"), ip("2001:db8::ffff:0:0:1"), true},
             Row{ip("2001:db8::1"), ip("2001:db8:0:1::1"), false},
         }) {
        CAPTURE(row.first.to_string());
        CAPTURE(row.second.to_string());
        ConnectionGate gate({.soft = 5, .hard = 5, .per_network = 1, .early_drop = {}});
        const Slot slot = gate.enter(row.first).slot;
        CHECK((gate.enter(row.second).reason == ReachedLimit::network_limit) == row.same);
    }
}

TEST_CASE("one flooding network leaves room for the others") {
    ConnectionGate gate({.soft = 10, .hard = 10, .per_network = 3, .early_drop = {}});
    std::vector<Slot> slots;
    for (int i = 0; i < 100; ++i) {
        ConnectionGate::Entry entry = gate.enter(ip("192.0.2.1"));
        if (entry.slot) slots.push_back(std::move(entry.slot));
    }
    CHECK(slots.size() == 3);
    CHECK(gate.enter(ip("192.0.2.2")).admission == Admission::admitted);
}

TEST_CASE("Unix peers are counted, but are no network") {
    ConnectionGate gate({.soft = 5, .hard = 5, .per_network = 1, .early_drop = {}});
    const Slot first = gate.enter(Address::parse("unix:/a")).slot;
    const Slot second = gate.enter(Address::parse("unix:/a")).slot;
    CHECK(second);
    CHECK(gate.count() == 2);
    CHECK(gate.networks() == 0);
}

TEST_CASE("only networks that are inside are remembered") {
    ConnectionGate gate({});
    for (std::size_t i = 0; i < 10'000; ++i) {
        const Slot slot = gate.enter(stranger(i)).slot;
        CHECK(gate.networks() == 1);
    }
    CHECK(gate.networks() == 0);
}

TEST_CASE("whoever accepts hears of room once, when the soft limit is left") {
    ConnectionGate gate({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    int calls = 0;
    gate.on_room([&] {
        ++calls;
        CHECK(gate.has_room());
    });
    std::vector<Slot> slots;
    fill(gate, slots, 4);
    CHECK_FALSE(gate.has_room());
    slots.pop_back();
    slots.pop_back();
    CHECK(calls == 0);
    slots.pop_back();
    CHECK(calls == 1);
    slots.pop_back();
    CHECK(calls == 1);
}

TEST_CASE("whoever accepts hears of room when the soft limit is raised above those inside") {
    ConnectionGate gate({.soft = 2, .hard = 4, .per_network = 4, .early_drop = {}});
    int calls = 0;
    gate.on_room([&] { ++calls; });
    std::vector<Slot> slots;
    fill(gate, slots, 3);
    gate.set_limits({.soft = 3, .hard = 4, .per_network = 4, .early_drop = {}});
    CHECK(calls == 0);
    gate.set_limits({.soft = 4, .hard = 4, .per_network = 4, .early_drop = {}});
    CHECK(calls == 1);
    gate.set_limits({.soft = 5, .hard = 5, .per_network = 4, .early_drop = {}});
    CHECK(calls == 1);
}

TEST_CASE("the early drop rises evenly from its rate to all") {
    const EarlyDrop drop{.start = 10, .rate_percent = 30, .full = 60};
    for (const auto& [count, percent] : std::vector<std::pair<std::size_t, unsigned>>{
             {0, 0}, {9, 0}, {10, 30}, {35, 65}, {59, 98}, {60, 100}, {1000, 100}}) {
        CAPTURE(count);
        CHECK(early_drop_percent(drop, count) == percent);
    }
}

TEST_CASE("the early drop rises evenly over as many places as can be counted") {
    constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
    struct Row {
        EarlyDrop drop;
        std::size_t count;
        unsigned percent;
    };
    for (const auto& [drop, count, percent] :
         {Row{{0, 0, kMost}, 0, 0}, Row{{0, 0, kMost}, kMost / 100, 0},
          Row{{0, 0, kMost}, kMost / 100 + 1, 1}, Row{{0, 0, kMost}, kMost / 2, 49},
          Row{{0, 0, kMost}, kMost / 2 + 1, 50}, Row{{0, 0, kMost}, kMost - 1, 99},
          Row{{0, 0, kMost}, kMost, 100}, Row{{10, 30, kMost}, 10, 30},
          Row{{10, 30, kMost}, kMost - 1, 99}, Row{{10, 100, kMost}, 10, 100},
          Row{{kMost - 4, 0, kMost}, kMost - 1, 75}, Row{{0, 0, kMost / 100}, kMost / 200, 50},
          Row{{0, 0, kMost / 100 + 1}, kMost / 200, 49}}) {
        CAPTURE(drop.start);
        CAPTURE(drop.full);
        CAPTURE(count);
        CHECK(early_drop_percent(drop, count) == percent);
    }
}

TEST_CASE("an early drop happens when the roll is below its percent") {
    const GateLimits limits{
        .soft = 9, .hard = 9, .per_network = 9, .early_drop = EarlyDrop{2, 50, 4}};
    const auto third_enters = [&](unsigned roll) {
        ConnectionGate gate(limits, always(roll));
        std::vector<Slot> slots;
        fill(gate, slots, 2);
        return gate.enter(stranger(2)).reason;
    };
    CHECK(third_enters(49) == ReachedLimit::early_drop);
    CHECK(third_enters(50) == ReachedLimit::none);
    // Below the start nobody is dropped, whatever is rolled.
    ConnectionGate gate(limits, always(0));
    CHECK(gate.enter(stranger(0)).admission == Admission::admitted);
}

TEST_CASE("the gate's own dice drop some and let some in") {
    ConnectionGate gate(
        {.soft = 9, .hard = 9, .per_network = 9, .early_drop = EarlyDrop{1, 50, 1000}});
    const Slot slot = gate.enter(stranger(0)).slot;
    int dropped = 0;
    for (int i = 0; i < 1000; ++i)
        if (gate.enter(stranger(1)).reason == ReachedLimit::early_drop) ++dropped;
    // Outside this range once in far more than 10^30 runs.
    CHECK(dropped > 250);
    CHECK(dropped < 750);
}

TEST_CASE("limits that contradict each other are refused") {
    for (const GateLimits& limits :
         {GateLimits{.soft = 0, .hard = 1, .per_network = 1, .early_drop = {}},
          GateLimits{.soft = 2, .hard = 1, .per_network = 1, .early_drop = {}},
          GateLimits{.soft = 1, .hard = 1, .per_network = 0, .early_drop = {}},
          GateLimits{.soft = 1, .hard = 1, .per_network = 1, .early_drop = EarlyDrop{5, 10, 5}},
          GateLimits{.soft = 1, .hard = 1, .per_network = 1, .early_drop = EarlyDrop{5, 101, 6}}})
        CHECK_THROWS_AS(ConnectionGate gate(limits), UsageError);
    CHECK_NOTHROW(ConnectionGate gate(GateLimits{}));
}
