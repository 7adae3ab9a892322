#include "services/guess_limit.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace waymark;
using namespace waymark::tracker;

namespace {

using Time = GuessLimit::Time;

constexpr Time kStart{std::chrono::hours(1000)};

net::NetworkKey network(std::string_view address) {
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

TEST_CASE("a phone goes on in each of the networks where it was heard lately") {
    GuessLimit limit;
    std::vector<net::NetworkKey> places;
    for (std::size_t i = 0; i <= HeardFrom::kNetworks; ++i)
        places.push_back(network("192.0.2." + std::to_string(i)));
    for (const net::NetworkKey& place : places) {
        CHECK(limit.allows_device(1, place, kStart));
        CHECK(limit.allows_device(1, places[1], kStart));  // where it is every day
    }
    for (const net::NetworkKey& place : places) guess(limit, place, 1000, kStart);
    // It was in one more than are remembered: the one in which it was longest ago is forgotten.
    CHECK_FALSE(limit.allows_device(1, places[0], kStart));
    for (std::size_t i = 1; i < places.size(); ++i)
        CHECK(limit.allows_device(1, places[i], kStart));
    CHECK_FALSE(limit.allows_device(2, places[1], kStart));
}

TEST_CASE("guesses hold back nobody in another network, however many networks guess") {
    GuessLimit limit;
    // All that was hashed to the place of 127.0.0.70 when the hash was arithmetic, and more.
    for (int i = 1; i < 256; ++i)
        guess(limit, network("127.0." + std::to_string(i) + ".70"), 31, kStart);
    DeviceNumber device = 0;
    const auto is_let_in = [&](const std::string& from) {
        return limit.allows_device(++device, network(from), kStart);
    };
    for (int i = 0; i < 256; ++i) CHECK(is_let_in("127.0.0." + std::to_string(i)));
    for (int i = 1; i < 256; ++i) CHECK(is_let_in("127." + std::to_string(i) + ".0.70"));
    // More networks than the table has places, of one IPv6 /48.
    for (int i = 0; i < 2 * static_cast<int>(GuessLimit::kSets * GuessLimit::kPlacesInSet); ++i)
        guess(limit, network(fmt::format("2001:db8:7:{:x}::1", i)), 31, kStart);
    for (int i = 0; i < 256; ++i) CHECK(is_let_in(fmt::format("2001:db8:8:{:x}::1", i)));
    for (int i = 0; i < 256; ++i) CHECK(is_let_in("127.0.0." + std::to_string(i)));
}

TEST_CASE("a network that has guessed much is not forgotten for others that guess less") {
    GuessLimit limit;
    const net::NetworkKey from = network("192.0.2.7");
    guess(limit, from, 1000, kStart);
    for (int i = 0; i < 0x10000; ++i)
        limit.allows_stranger(network(fmt::format("2001:db8:7:{:x}::1", i)), "x", kStart);
    CHECK(guess(limit, from, 10, kStart) == 0);
    CHECK_FALSE(limit.allows_device(1, from, kStart));
}

TEST_CASE("a hash is the same for the same, and nobody knows it beforehand") {
    const KeyedHash one;
    const KeyedHash other;
    CHECK(one("my-phone") == one("my-phone"));
    CHECK(one(network("192.0.2.7")) == one(network("192.0.2.7")));
    CHECK(one("my-phone") != one("my-phon"));
    CHECK(one("my-phone") != other("my-phone"));
    CHECK(one(network("192.0.2.7")) != other(network("192.0.2.7")));
}
