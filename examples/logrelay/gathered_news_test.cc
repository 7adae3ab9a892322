#include "gathered_news.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::daemon::Deadline;
using waymark::logrelay::GatheredNews;
using waymark::logrelay::MessageRing;
using waymark::net::EventLoop;

namespace {

constexpr int kMostRounds = 1000;

struct Relay {
    explicit Relay(MessageRing::Limits limits) : ring(limits) {}

    // The clock of a loop stands still within a round.
    void add(std::size_t bytes = 1) {
        ring.add(std::string(bytes, 'x'));
        news.add();
    }
    void wait_until_told(int times) {
        for (int round = 0; told < times && round < kMostRounds; ++round)
            loop.run_once(Deadline::after(GatheredNews::kPause));
    }
    void let_pass(std::chrono::milliseconds time) {
        const Deadline end = Deadline::after(time);
        while (!end.expired(loop.now())) loop.run_once(end);
    }

    EventLoop loop;
    MessageRing ring;
    int told = 0;
    GatheredNews news{loop, ring, [this] { ++told; }};
};

constexpr MessageRing::Limits kWide{};

}  // namespace

TEST_CASE("the first message is told of at once, and those behind it together") {
    Relay relay(kWide);
    relay.add();
    CHECK(relay.told == 1);
    relay.add();
    relay.add();
    CHECK(relay.told == 1);
    const auto begin = relay.loop.now();
    relay.wait_until_told(2);
    CHECK(relay.told == 2);
    CHECK(relay.loop.now() - begin >= GatheredNews::kPause);
}

TEST_CASE("where nothing came for a pause, a message is told of at once again") {
    Relay relay(kWide);
    relay.add();
    relay.let_pass(GatheredNews::kPause);
    CHECK(relay.told == 1);  // of nothing nobody is told
    relay.add();
    CHECK(relay.told == 2);
}

TEST_CASE("a pause begins anew with each time that is told") {
    Relay relay(kWide);
    relay.add();
    relay.add();
    relay.wait_until_told(2);
    relay.add();
    CHECK(relay.told == 2);
    relay.wait_until_told(3);
    CHECK(relay.told == 3);
}

TEST_CASE("what fills a write is told of at once") {
    Relay relay(kWide);
    relay.add();
    relay.add(GatheredNews::kPiece - 1);
    CHECK(relay.told == 1);
    relay.add();
    CHECK(relay.told == 2);
    relay.add();  // and it is counted from there
    CHECK(relay.told == 2);
    relay.let_pass(3 * GatheredNews::kPause);
    CHECK(relay.told == 3);  // once, and not again for the one that filled the write
}

TEST_CASE("a quarter of what the ring may keep is told of at once") {
    SUBCASE("in messages") {
        Relay relay({.messages = 16, .bytes = 1'000'000});
        relay.add();
        for (int i = 0; i < 3; ++i) relay.add();
        CHECK(relay.told == 1);
        relay.add();
        CHECK(relay.told == 2);
    }
    SUBCASE("in bytes") {
        Relay relay({.messages = 1000, .bytes = 400});
        relay.add();
        relay.add(99);
        CHECK(relay.told == 1);
        relay.add();
        CHECK(relay.told == 2);
    }
    SUBCASE("also where the ring keeps less than four") {
        Relay relay({.messages = 3, .bytes = 3});
        for (int i = 1; i <= 3; ++i) {
            relay.add();
            CHECK(relay.told == i);
        }
    }
}
