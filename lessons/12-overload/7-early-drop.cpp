// A flood that comes faster than places become free. With the hard limit alone the server is full
// whenever somebody honest asks. With an early drop most of the flood is refused before it is full,
// and who tries again gets in.
//
// Rounds instead of time, and dice with a seed. In each round eight of the flood ask, then one
// honest client; each of the flood stays for ten rounds.
//
// Look at how often the honest client got in.

#include <deque>
#include <random>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;
using waymark::net::EarlyDrop;
using waymark::net::GateLimits;

namespace {

constexpr int kRounds = 200;

Address of_the_flood(unsigned number) {
    return Address::parse_ip(fmt::format("10.0.{}.{}", number / 250, number % 250 + 1)).value();
}

int honest_ones_let_in(const GateLimits& limits) {
    ConnectionGate gate(limits,
                        [dice = std::mt19937(1)]() mutable { return unsigned(dice() % 100); });
    std::deque<std::deque<ConnectionGate::Slot>> rounds;
    unsigned number = 0;
    int let_in = 0;
    for (int round = 0; round < kRounds; ++round) {
        auto& slots = rounds.emplace_back();
        for (int i = 0; i < 8; ++i) slots.push_back(gate.enter(of_the_flood(number++)).slot);
        if (gate.enter(Address::parse("192.0.2.1:0")).slot) ++let_in;
        if (rounds.size() == 10) rounds.pop_front();
    }
    return let_in;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    GateLimits limits{.soft = 50, .hard = 50, .per_network = 8, .early_drop = {}};
    fmt::print("a flood, and one honest client that tries {} times\n", kRounds);
    fmt::print("1. hard limit 50: it got in {} times\n", honest_ones_let_in(limits));
    end_step();
    limits.early_drop = EarlyDrop{20, 30, 50};
    fmt::print("2. and early drop 20:30:50: {} times\n", honest_ones_let_in(limits));
    end_step();
}
