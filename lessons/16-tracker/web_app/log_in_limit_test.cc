#include "web_app/log_in_limit.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace waymark::tracker;
using namespace std::chrono_literals;
using waymark::net::Address;
using waymark::net::NetworkKey;

namespace {

const NetworkKey kHome = Address::parse("192.0.2.1:1").network_key();

NetworkKey network(int number) {
    return Address::parse(fmt::format("[2001:db8:{:x}::1]:1", number)).network_key();
}

// How many of `attempts` are allowed.
int allowed(LogInLimit& limit, const NetworkKey& from, std::string_view name, int attempts,
            LogInLimit::Time now, bool is_known = false) {
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += limit.take(from, name, is_known, now).is_allowed;
    return count;
}

const LogInLimit::Time kBegin{1000h};

}  // namespace

TEST_CASE("a network may try some names at once, and then one more after a while") {
    LogInLimit limit;
    int count = 0;
    for (int i = 0; i < 100; ++i)
        count += limit.take(kHome, "name " + std::to_string(i), false, kBegin).is_allowed;
    CHECK(count == LogInLimit::kOfNetwork.at_once);
    const auto verdict = limit.take(kHome, "x", false, kBegin);
    CHECK(verdict.wait == LogInLimit::kOfNetwork.for_one_more);
    CHECK_FALSE(limit.take(kHome, "x", false, kBegin + 29s).is_allowed);
    CHECK(limit.take(kHome, "x", false, kBegin + 30s).is_allowed);
    CHECK_FALSE(limit.take(kHome, "x", false, kBegin + 30s).is_allowed);
}

TEST_CASE("all addresses of an IPv6 network are one") {
    LogInLimit limit;
    const NetworkKey one = Address::parse("[2001:db8::1]:1").network_key();
    const NetworkKey two = Address::parse("[2001:db8::ffff:2]:1").network_key();
    CHECK(allowed(limit, one, "a", 10, kBegin) == 10);
    CHECK(allowed(limit, two, "b", 10, kBegin) == 0);
    CHECK(allowed(limit, network(7), "b", 10, kBegin) == 10);
}

TEST_CASE("who has many networks has no more guesses at one name") {
    LogInLimit limit;
    int count = 0;
    for (int i = 0; i < 500; ++i) count += allowed(limit, network(i), "anna", 5, kBegin);
    CHECK(count == LogInLimit::kOfName.at_once);
    CHECK(allowed(limit, network(501), "ben", 1, kBegin) == 1);
    CHECK_FALSE(limit.take(network(502), "anna", false, kBegin + 119s).is_allowed);
    CHECK(limit.take(network(502), "anna", false, kBegin + 120s).is_allowed);
}

TEST_CASE("a stranger who guesses all the time does not lock out whom they guess at") {
    LogInLimit limit;
    for (int i = 0; i < 500; ++i) allowed(limit, network(i), "anna", 1, kBegin);
    CHECK_FALSE(limit.take(kHome, "anna", false, kBegin).is_allowed);
    CHECK(limit.take(kHome, "anna", true, kBegin).is_allowed);
}

TEST_CASE("also where a person is logged in, guesses are counted") {
    LogInLimit limit;
    CHECK(allowed(limit, kHome, "anna", 100, kBegin, true) == LogInLimit::kOfNetwork.at_once);
}

TEST_CASE("a right password does not count") {
    LogInLimit limit;
    for (int i = 0; i < 100; ++i) {
        CHECK(limit.take(kHome, "anna", false, kBegin).is_allowed);
        limit.give_back(kHome, "anna", false);
    }
}

TEST_CASE("who is right with one name does not buy guesses at another") {
    LogInLimit limit;
    int guesses = 0;
    for (int i = 0; i < 100; ++i) {
        guesses += limit.take(kHome, "anna", false, kBegin).is_allowed;
        if (limit.take(kHome, "mine", false, kBegin).is_allowed)
            limit.give_back(kHome, "mine", false);
    }
    CHECK(guesses == LogInLimit::kOfNetwork.at_once);
}

TEST_CASE("a refusal is news once, and again after an attempt that was allowed") {
    LogInLimit limit;
    allowed(limit, kHome, "anna", 10, kBegin);
    CHECK(limit.take(kHome, "anna", false, kBegin).is_news);
    CHECK_FALSE(limit.take(kHome, "anna", false, kBegin).is_news);
    CHECK(limit.take(kHome, "anna", false, kBegin + 30s).is_allowed);
    CHECK(limit.take(kHome, "anna", false, kBegin + 30s).is_news);
}

TEST_CASE("thousands of names do not push out one that is guessed at") {
    LogInLimit limit;
    for (int i = 0; i < 20; ++i) limit.take(network(i), "anna", false, kBegin);
    for (int i = 0; i < 20'000; ++i)
        limit.take(network(100 + i), "name " + std::to_string(i), false, kBegin);
    CHECK_FALSE(limit.take(kHome, "anna", false, kBegin).is_allowed);
}
