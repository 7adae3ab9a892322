#include "services/guess_limit.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark;
using namespace waymark::tracker;

namespace {

using Time = GuessLimit::Time;

constexpr Time kStart{std::chrono::hours(1000)};

net::NetworkKey network(const char* address) {
    return net::Address::parse_ip(address)->network_key();
}

// How many wrong names, each another one, are let through.
int guess(GuessLimit& limit, const net::NetworkKey& from, int tries, Time now) {
    int allowed = 0;
    for (int i = 0; i < tries; ++i)
        allowed += limit.allows_stranger(
            from, std::to_string(now.time_since_epoch().count()) + "-" + std::to_string(i), now);
    return allowed;
}

}  // namespace

TEST_CASE("a network may name so many unknown devices at once, then one more every few seconds") {
    GuessLimit limit;
    const net::NetworkKey from = network("192.0.2.7");
    CHECK(guess(limit, from, 1000, kStart) == GuessLimit::kAtOnce);
    CHECK(guess(limit, from, 10, kStart + GuessLimit::kForOneMore / 2) == 0);
    // A long rest brings all of it back, and no more.
    const Time later = kStart + std::chrono::hours(10);
    CHECK(guess(limit, from, 1000, later) == GuessLimit::kAtOnce);
    for (int i = 1; i <= 100; ++i)
        CHECK(guess(limit, from, 5, later + i * GuessLimit::kForOneMore) == 1);
}

TEST_CASE("other networks are not slowed by it, and an IPv6 network is its /64") {
    GuessLimit limit;
    guess(limit, network("2001:db8::1"), 1000, kStart);
    CHECK_FALSE(limit.allows_stranger(network("2001:db8::2"), "x", kStart));
    CHECK(limit.allows_stranger(network("2001:db8:0:1::1"), "x", kStart));
    CHECK(limit.allows_stranger(network("192.0.2.7"), "x", kStart));
}

TEST_CASE("a phone that says the same wrong name for ever costs its network nothing") {
    GuessLimit limit;
    const net::NetworkKey from = network("192.0.2.7");
    for (int i = 0; i < 10'000; ++i) {
        CHECK(limit.allows_stranger(from, "my-phne", kStart));
        CHECK(limit.allows_stranger(from, "her-phne", kStart));
    }
    CHECK(limit.allows_device(1, from, kStart));
}

TEST_CASE("while somebody guesses, a right name is believed only where it was heard before") {
    GuessLimit limit;
    const net::NetworkKey home = network("192.0.2.7");
    const net::NetworkKey road = network("198.51.100.1");
    CHECK(limit.allows_device(1, home, kStart));
    guess(limit, home, 1000, kStart);
    CHECK(limit.allows_device(1, home, kStart));
    CHECK_FALSE(limit.allows_device(2, home, kStart));
    CHECK(limit.allows_device(2, road, kStart));
    // Later it is.
    const Time later = kStart + std::chrono::hours(1);
    CHECK(limit.allows_device(2, home, later));
}
