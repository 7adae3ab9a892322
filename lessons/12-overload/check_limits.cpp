// The early drop, the order of the limits, and limits that are set anew.

#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "gate.hh"

using namespace waymark::course::check;
using waymark::daemon::UsageError;
using waymark::net::early_drop_percent;

namespace {

std::string text_of(const GateLimits& limits) {
    std::string text = "soft " + show(limits.soft) + ", hard " + show(limits.hard) + ", network " +
                       show(limits.per_network);
    if (limits.early_drop)
        text += ", early " + show(limits.early_drop->start) + ":" +
                show(limits.early_drop->rate_percent) + ":" + show(limits.early_drop->full);
    return text;
}

GateLimits with_drop(std::size_t start, unsigned rate, std::size_t full) {
    return {.soft = 8, .hard = 9, .per_network = 9, .early_drop = EarlyDrop{start, rate, full}};
}

const std::vector<GateLimits> kWrong{
    {.soft = 0, .hard = 1, .per_network = 1, .early_drop = {}},
    {.soft = 0, .hard = 0, .per_network = 1, .early_drop = {}},
    {.soft = 3, .hard = 2, .per_network = 1, .early_drop = {}},
    {.soft = 1, .hard = 0, .per_network = 1, .early_drop = {}},
    {.soft = 1, .hard = 1, .per_network = 0, .early_drop = {}},
    with_drop(5, 10, 5),
    with_drop(5, 10, 4),
    with_drop(0, 10, 0),
    with_drop(5, 101, 6),
};

const std::vector<GateLimits> kGood{
    {.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}},
    {.soft = 4, .hard = 4, .per_network = 90, .early_drop = {}},
    {.soft = 1, .hard = 9, .per_network = 1, .early_drop = {}},
    with_drop(0, 0, 1),
    with_drop(5, 100, 6),
    with_drop(50, 10, 90),
};

// "accepted", or what was thrown.
template <typename Body>
std::string outcome(Body body) {
    try {
        body();
        return "accepted";
    } catch (const UsageError&) {
        return "UsageError";
    } catch (const std::exception& error) {
        return std::string("another exception: ") + error.what();
    }
}

// Is a client let in although this many are inside, whether it rolls the least or the most?
bool is_left_out(const GateLimits& limits, std::size_t inside) {
    for (const unsigned roll : {0U, 99U}) {
        GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}},
                           rolls({roll}));
        gate.fill(inside);
        gate.set_limits(limits);
        if (gate->enter(stranger(100)).admission == Admission::refused) return false;
    }
    return true;
}

// Is a 0 read as "off"? Then the chance is what it should be one place further, at a rate of 1.
bool is_0_off(const EarlyDrop& drop, std::size_t count, unsigned percent) {
    const EarlyDrop without_0{drop.start + 1, std::max(drop.rate_percent, 1U), drop.full + 1};
    return early_drop_percent(drop, count) == 0 &&
           early_drop_percent(without_0, count + 1) >= percent;
}

// The gate holds `inside`, and a client rolls `roll`: is it dropped?
void expect_drop(const GateLimits& limits, std::size_t inside, unsigned roll, bool dropped) {
    step(text_of(limits) + "; " + show(inside) + " are inside, the next rolls " + show(roll));
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}}, rolls({roll}));
    gate.fill(inside);
    gate.set_limits(limits);
    const Entry entry = gate->enter(stranger(100));
    const bool seen = entry.admission == Admission::refused;
    // What explains it? The chance of one place more, or a roll compared in another way.
    const unsigned next = early_drop_percent(*limits.early_drop, inside + 1);
    const unsigned now = early_drop_percent(*limits.early_drop, inside);
    const bool of_one_more = seen == (roll < next), or_equal = seen == (roll <= now);
    expect(seen == dropped, "what enter() says", dropped ? "refused, early_drop" : "let in",
           name_of(entry.admission) + ", " + name_of(entry.reason),
           dropped && !gate->limits().early_drop    ? Causes{kNewLimits}
           : dropped && is_left_out(limits, inside) ? Causes{kNoDrop}
           : of_one_more && !or_equal               ? Causes{kOffByOne}
           : of_one_more                            ? Causes{kRoll, kOffByOne}
                                                    : Causes{kRoll});
}

// The same, and all that goes with it.
void expect_whole_drop(const GateLimits& limits, std::size_t inside, unsigned roll, bool dropped) {
    expect_drop(limits, inside, roll, dropped);
    GateUnderTest gate({.soft = 8, .hard = 9, .per_network = 9, .early_drop = {}}, rolls({roll}));
    gate.fill(inside);
    gate.set_limits(limits);
    gate.enters(stranger(100), dropped ? Admission::refused : Admission::admitted,
                dropped ? ReachedLimit::early_drop : ReachedLimit::none);
    gate.expect_count(inside + (dropped ? 0 : 1), kRefusedCounts);
}

}  // namespace

TEST_CASE("the chance to be dropped rises evenly") {
    struct Row {
        EarlyDrop drop;
        std::size_t count;
        unsigned percent;
    };
    for (const Row& row : {Row{{10, 30, 60}, 0, 0},
                           Row{{10, 30, 60}, 9, 0},
                           Row{{10, 30, 60}, 10, 30},
                           Row{{10, 30, 60}, 11, 31},
                           Row{{10, 30, 60}, 35, 65},
                           Row{{10, 30, 60}, 59, 98},
                           Row{{10, 30, 60}, 60, 100},
                           Row{{10, 30, 60}, 61, 100},
                           Row{{10, 30, 60}, 1000, 100},
                           Row{{0, 0, 3}, 0, 0},
                           Row{{0, 0, 3}, 1, 33},
                           Row{{0, 0, 3}, 2, 66},
                           Row{{0, 0, 3}, 3, 100},
                           Row{{5, 100, 9}, 4, 0},
                           Row{{5, 100, 9}, 5, 100},
                           Row{{5, 100, 9}, 8, 100},
                           Row{{5, 40, 6}, 5, 40},
                           Row{{5, 40, 6}, 6, 100},
                           Row{{100, 10, 1100}, 600, 55},
                           Row{{100, 10, 1100}, 105, 10},
                           Row{{0, 0, 100}, 29, 29},
                           Row{{0, 0, 100}, 57, 57},
                           Row{{5, 10, 95}, 54, 59},
                           Row{{0, 0, 50'000'000}, 45'000'000, 90},
                           Row{{5, 10, std::size_t{1} << 32U}, 6, 10}}) {
        step(show(row.drop.start) + ":" + show(row.drop.rate_percent) + ":" + show(row.drop.full) +
             ", " + show(row.count) + " are inside");
        expect_equal(early_drop_percent(row.drop, row.count), row.percent, "percent",
                     is_0_off(row.drop, row.count, row.percent) ? kZeroOff : kRise);
    }
}

TEST_CASE("rolls below the percent drop") {
    expect_drop(with_drop(2, 30, 4), 2, 60, false);
    expect_whole_drop(with_drop(2, 50, 4), 2, 49, true);
    expect_whole_drop(with_drop(2, 50, 4), 2, 50, false);
    expect_drop(with_drop(2, 50, 4), 3, 74, true);
    expect_drop(with_drop(2, 50, 4), 3, 75, false);
    expect_drop(with_drop(2, 50, 4), 2, 0, true);
    expect_drop(with_drop(2, 50, 4), 2, 99, false);
    expect_drop(with_drop(2, 1, 40), 2, 0, true);
    expect_drop(with_drop(2, 1, 40), 2, 1, false);
}

TEST_CASE("nobody is dropped below the start and everybody from full on") {
    expect_whole_drop(with_drop(2, 50, 4), 0, 0, false);
    expect_whole_drop(with_drop(2, 50, 4), 1, 0, false);
    expect_whole_drop(with_drop(2, 0, 4), 2, 0, false);
    expect_whole_drop(with_drop(2, 50, 4), 4, 99, true);
    expect_whole_drop(with_drop(2, 50, 4), 5, 99, true);
    expect_whole_drop(with_drop(2, 100, 9), 2, 99, true);
    step("no early drop in the limits");
    GateUnderTest gate({.soft = 3, .hard = 3, .per_network = 3, .early_drop = {}}, rolls({0}));
    gate.fill(3);
}

TEST_CASE("the number of rolls decides over each client by itself") {
    step("half are dropped, and the rolls are 49, 50, 99, 0, 50");
    GateUnderTest gate(
        {.soft = 8, .hard = 9, .per_network = 9, .early_drop = EarlyDrop{0, 50, 900}},
        rolls({49, 50, 99, 0, 50}));
    for (const bool dropped : {true, false, false, true, false})
        gate.enters(stranger(gate.slots.size()), dropped ? Admission::refused : Admission::admitted,
                    dropped ? ReachedLimit::early_drop : ReachedLimit::none);
    gate.expect_empty();
}

TEST_CASE("a Unix peer can be dropped early as well") {
    step("half are dropped; a Unix peer rolls 10");
    GateUnderTest gate(with_drop(0, 50, 9), rolls({10}));
    const Address peer = Address::parse("unix:/run/waymark-check.sock");
    const Entry entry = gate->enter(peer);
    expect(entry.admission == Admission::refused, "what enter() says", "refused, early_drop",
           name_of(entry.admission), kUnixFree);
    gate.enters(peer, Admission::refused, ReachedLimit::early_drop);
}

TEST_CASE("of several limits the first is named") {
    const std::optional<EarlyDrop> all = EarlyDrop{0, 100, 1};
    step("everything is reached at once");
    GateUnderTest gate({.soft = 2, .hard = 2, .per_network = 1, .early_drop = {}}, rolls({0}));
    gate.fill(2);
    gate.set_limits({.soft = 2, .hard = 2, .per_network = 1, .early_drop = all});
    gate.enters(stranger(0), Admission::refused, ReachedLimit::hard_limit);
    gate.enters(stranger(5), Admission::refused, ReachedLimit::hard_limit);
    step("the hard limit is not reached any more");
    gate.set_limits({.soft = 2, .hard = 3, .per_network = 1, .early_drop = all});
    gate.enters(stranger(0), Admission::refused, ReachedLimit::network_limit);
    step("and one of another network asks");
    gate.enters(stranger(5), Admission::refused, ReachedLimit::early_drop);
    gate.expect_empty();
}

TEST_CASE("limits that contradict each other are a UsageError") {
    for (const GateLimits& limits : kWrong) {
        step("a gate with " + text_of(limits));
        expect(outcome([&] { const ConnectionGate gate(limits); }) == "UsageError", "the gate",
               "UsageError", outcome([&] { const ConnectionGate gate(limits); }), kContradiction);
    }
    for (const GateLimits& limits : kGood) {
        step("a gate with " + text_of(limits));
        const std::string seen = outcome([&] { const ConnectionGate gate(limits); });
        expect(seen == "accepted", "the gate", "accepted", seen, kStrict);
    }
}

TEST_CASE("limits that contradict each other change nothing") {
    GateUnderTest gate({.soft = 2, .hard = 3, .per_network = 2, .early_drop = {}});
    gate.fill(1);
    for (const GateLimits& limits : kWrong) {
        step("set_limits() to " + text_of(limits));
        const std::string seen = outcome([&] { gate->set_limits(limits); });
        expect(seen == "UsageError", "set_limits()", "UsageError", seen, kContradiction);
        expect(gate->limits().soft == 2 && gate->limits().hard == 3 &&
                   gate->limits().per_network == 2 && !gate->limits().early_drop,
               "limits()", "as before", text_of(gate->limits()), kContradiction);
        gate.expect_count(1, kContradiction);
    }
    gate.expect_empty();
}

namespace {

// The old limits may be kept, or asked whether they are reached exactly, where more are inside.
void expect_refused_anew(GateUnderTest& gate, const Address& peer, ReachedLimit reason) {
    const Entry entry = gate->enter(peer);
    expect(entry.reason == reason, "the reason", name_of(reason), name_of(entry.reason),
           kNewLimits);
}

}  // namespace

TEST_CASE("new limits hold for newcomers and leave the others inside") {
    GateUnderTest gate({.soft = 4, .hard = 5, .per_network = 3, .early_drop = {}});
    for (int i = 0; i < 3; ++i) gate.enters(stranger(1), Admission::admitted);
    step("three are inside; from now on soft 1, hard 2, one for each network");
    gate.set_limits({.soft = 1, .hard = 2, .per_network = 1, .early_drop = {}});
    gate.expect_count(3, kNewLimits);
    gate.expect_count_of(stranger(1), 3, kNewLimits);
    expect_equal(gate->limits().hard, 2U, "limits().hard", kNewLimits);
    expect_refused_anew(gate, stranger(2), ReachedLimit::hard_limit);
    step("one leaves: two are inside");
    gate.last_leaves();
    gate.enters(stranger(2), Admission::refused, ReachedLimit::hard_limit);
    step("one more leaves");
    gate.last_leaves();
    gate.enters(stranger(1), Admission::refused, ReachedLimit::network_limit);
    gate.enters(stranger(2), Admission::wait);
    step("from now on soft 9, hard 9, three for each network");
    gate.set_limits({.soft = 9, .hard = 9, .per_network = 3, .early_drop = {}});
    gate.expect_count(2, kNewLimits);
    step("an early drop of everybody is set, and taken away again");
    const GateLimits wide{.soft = 9, .hard = 9, .per_network = 3, .early_drop = {}};
    gate.set_limits({.soft = 9, .hard = 9, .per_network = 3, .early_drop = EarlyDrop{0, 100, 1}});
    gate.enters(stranger(1), Admission::refused, ReachedLimit::early_drop);
    gate.set_limits(wide);
    const Admission after = gate->enter(stranger(1)).admission;
    expect(after == Admission::admitted, "what enter() says", "admitted", name_of(after),
           kNewLimits);
    gate.enters(stranger(1), Admission::admitted);
    gate.enters(stranger(1), Admission::admitted);
    gate.enters(stranger(1), Admission::refused, ReachedLimit::network_limit);
    step("three of a network are inside; from now on one for each network");
    gate.set_limits({.soft = 9, .hard = 9, .per_network = 1, .early_drop = {}});
    expect_refused_anew(gate, stranger(1), ReachedLimit::network_limit);
    gate.expect_empty();
}
