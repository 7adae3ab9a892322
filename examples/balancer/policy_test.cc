#include "policy.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using waymark::balancer::Candidate;
using waymark::balancer::make_policy;
using waymark::balancer::Policy;
using waymark::net::Address;
using waymark::net::NetworkKey;

namespace {

NetworkKey client(const std::string& address) {
    return Address::parse(address).network_key();
}
const NetworkKey kAnybody = client("192.0.2.1:1");

// Named a, b, c ... with these weights and so many connections.
struct Table {
    std::vector<unsigned> weights;
    std::vector<std::size_t> connections;

    std::vector<Candidate> candidates(const std::string& without = "") const {
        static const std::string names = "abcdefgh";
        std::vector<Candidate> all;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const std::string_view name = std::string_view(names).substr(i, 1);
            if (without.find(name) != without.npos) continue;
            all.push_back({i + 1, name, weights[i], connections.empty() ? 0 : connections[i]});
        }
        return all;
    }
};

std::string choices(Policy& policy, const Table& table, int count,
                    const std::string& without = "") {
    std::string names;
    for (int i = 0; i < count; ++i) {
        const auto candidates = table.candidates(without);
        names += candidates[policy.choose(candidates, kAnybody)].name;
    }
    return names;
}

}  // namespace

TEST_CASE("round-robin takes turns by weight, and spreads the turns of a heavy one") {
    struct Row {
        std::vector<unsigned> weights;
        std::string choices;
    };
    for (const Row& row : std::vector<Row>{{{1}, "aaa"},
                                           {{1, 1}, "abab"},
                                           {{1, 1, 1}, "abcabc"},
                                           {{3, 1}, "aabaaaba"},
                                           {{1, 3}, "babbbabb"},
                                           {{5, 1, 1}, "aabacaaaabacaa"}}) {
        const auto policy = make_policy("round-robin");
        CHECK(choices(*policy, {row.weights, {}}, static_cast<int>(row.choices.size())) ==
              row.choices);
    }
}

TEST_CASE("round-robin goes on where one is left out and comes back, without a burst") {
    const auto policy = make_policy("round-robin");
    const Table table{{1, 1, 1}, {}};
    CHECK(choices(*policy, table, 3) == "abc");
    CHECK(choices(*policy, table, 4, "b") == "acac");
    CHECK(choices(*policy, table, 3) == "abc");
}

TEST_CASE("round-robin forgets one that is gone for good") {
    const auto policy = make_policy("round-robin");
    const Table table{{1, 4}, {}};
    CHECK(choices(*policy, table, 1) == "b");  // now b owes
    policy->forget(2);
    CHECK(choices(*policy, table, 1) == "b");
}

TEST_CASE("least-connections looks at the connections for each weight") {
    struct Row {
        std::vector<unsigned> weights;
        std::vector<std::size_t> connections;
        std::string chosen;
    };
    for (const Row& row : std::vector<Row>{{{1, 1}, {1, 0}, "b"},
                                           {{1, 1}, {0, 1}, "a"},
                                           {{1, 1, 1}, {5, 3, 4}, "b"},
                                           {{1, 3}, {0, 0}, "b"},
                                           {{1, 3}, {0, 3}, "a"},
                                           {{2, 1}, {4, 1}, "b"},
                                           {{2, 1}, {2, 1}, "a"},
                                           {{1, 1000}, {1'000'000, 1'000'000}, "b"}}) {
        const auto policy = make_policy("least-connections");
        CAPTURE(row.chosen);
        CHECK(choices(*policy, {row.weights, row.connections}, 1) == row.chosen);
    }
}

TEST_CASE("least-connections takes turns among those with equally few") {
    const auto policy = make_policy("least-connections");
    CHECK(choices(*policy, {{1, 1, 1}, {}}, 6) == "abcabc");
    CHECK(choices(*policy, {{1, 1, 1}, {2, 2, 9}}, 4) == "abab");
}

TEST_CASE("by-source sends a client to the same back end, wherever it stands in the list") {
    const auto policy = make_policy("by-source");
    const std::vector<Candidate> one = {{1, "a", 1, 0}, {2, "b", 1, 0}, {3, "c", 1, 0}};
    const std::vector<Candidate> other = {{4, "c", 1, 7}, {5, "a", 1, 9}, {6, "b", 1, 8}};
    for (int i = 0; i < 200; ++i) {
        const NetworkKey key = client(fmt::format("10.0.{}.{}:1", i / 50, i));
        CHECK(one[policy->choose(one, key)].name == other[policy->choose(other, key)].name);
    }
}

TEST_CASE("by-source counts a client by its IPv4 address or its IPv6 /64, and not by its port") {
    const auto policy = make_policy("by-source");
    const auto candidates = Table{{1, 1, 1, 1, 1, 1, 1, 1}, {}}.candidates();
    const auto chosen = [&](const std::string& address) {
        return policy->choose(candidates, client(address));
    };
    CHECK(chosen("192.0.2.1:1") == chosen("192.0.2.1:2"));
    CHECK(chosen("[2001:db8::1]:1") == chosen("[2001:db8::ffff:2]:2"));
    // Others are spread: hundred networks do not all go to one.
    std::map<std::size_t, int> seen;
    for (int i = 0; i < 100; ++i) ++seen[chosen(fmt::format("[2001:db8:0:{:x}::1]:1", i))];
    CHECK(seen.size() == 8);
}

TEST_CASE("by-source moves only the clients of the one that is gone") {
    const auto policy = make_policy("by-source");
    const Table table{{1, 1, 1, 1}, {}};
    const auto all = table.candidates();
    const auto rest = table.candidates("b");
    int moved = 0;
    for (int i = 0; i < 1000; ++i) {
        const NetworkKey key = client(fmt::format("10.{}.{}.1:1", i / 250, i % 250));
        const std::string_view before = all[policy->choose(all, key)].name;
        const std::string_view after = rest[policy->choose(rest, key)].name;
        if (before == "b")
            ++moved;
        else
            CHECK(before == after);
    }
    CHECK(moved > 150);
    CHECK(moved < 350);
}

TEST_CASE("by-source gives each back end a share by its weight") {
    const auto policy = make_policy("by-source");
    const auto candidates = Table{{1, 3}, {}}.candidates();
    int of_heavy = 0;
    for (int i = 0; i < 2000; ++i)
        of_heavy +=
            policy->choose(candidates, client(fmt::format("10.{}.{}.1:1", i / 250, i % 250))) == 1;
    CHECK(of_heavy > 1350);  // of 1500
    CHECK(of_heavy < 1650);
}

TEST_CASE("a policy that is not there is none") {
    CHECK(make_policy("random") == nullptr);
    CHECK(make_policy("") == nullptr);
}
