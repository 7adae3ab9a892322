// Lesson 09 after descriptors have run out: how long until the next try.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "advice.hh"
#include "lessons/course/check/story.hh"
#include "net/accept_back_off.hh"

using namespace waymark::course::check;
using waymark::net::AcceptBackOff;
using namespace std::chrono_literals;

TEST_CASE("the pause doubles from 5 ms to 1 s and grows no further") {
    step("ask two hundred times from when on to accept again, at instants of our choice");
    if_it_crashes(kPause, "overflow");
    AcceptBackOff back_off;
    AcceptBackOff::Clock::time_point now{1000s};
    auto pause = 5ms;
    for (int i = 0; i < 200; ++i) {
        const auto seen = back_off.exhausted(now).instant() - now;
        expect(seen == pause, fmt::format("pause {}", i + 1), fmt::format("{} ms", pause.count()),
               fmt::format("{} ms", std::chrono::duration<double, std::milli>(seen).count()),
               i == 0 && seen == -now.time_since_epoch() ? kNotWritten : kPause);
        pause = std::min<std::chrono::milliseconds>(pause * 2, 1000ms);
        now += i % 2 == 0 ? 3s : -7s;
    }
    step("ask another one, which has not failed before");
    AcceptBackOff other;
    expect(other.exhausted(now).instant() == now + 5ms, "its first pause", "5 ms", "another",
           kPause);
    step("a client is accepted, and then descriptors run out again");
    back_off.succeeded();
    for (const auto expected : {5ms, 10ms, 20ms})
        expect(back_off.exhausted(now).instant() == now + expected, "the pause",
               fmt::format("{} ms", expected.count()), "another", kPause);
}
