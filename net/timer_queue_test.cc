#include "net/timer_queue.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

using namespace waymark::net;
using waymark::daemon::Deadline;
using namespace std::chrono_literals;

namespace {
const Deadline::Clock::time_point kStart{1000s};
Deadline in(Deadline::Clock::duration duration) {
    return Deadline::after(duration, kStart);
}
}  // namespace

TEST_CASE("timers run in the order in which they are due") {
    TimerQueue queue;
    std::vector<int> ran;
    std::vector<std::unique_ptr<Timer>> timers;
    std::vector<int> order(200);
    for (int i = 0; i < 200; ++i) order[static_cast<std::size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(7));
    for (const int i : order) {
        timers.push_back(std::make_unique<Timer>(queue, [&ran, i] { ran.push_back(i); }));
        timers.back()->set(in(std::chrono::seconds(i)));
    }
    CHECK(queue.next() == in(0s));
    queue.run_due(kStart + 99s);
    REQUIRE(ran.size() == 100);
    CHECK(std::is_sorted(ran.begin(), ran.end()));
    CHECK(queue.next() == in(100s));
}

TEST_CASE("a timer is not early") {
    TimerQueue queue;
    bool ran = false;
    Timer timer(queue, [&] { ran = true; });
    timer.set(in(10s));
    queue.run_due(kStart + 10s - 1ns);
    CHECK_FALSE(ran);
    queue.run_due(kStart + 10s);
    CHECK(ran);
    CHECK_FALSE(timer.is_set());
}

TEST_CASE("a timer that was put off runs at the later instant, once") {
    TimerQueue queue;
    int ran = 0;
    Timer timer(queue, [&] { ++ran; });
    timer.set(in(1s));
    for (int i = 2; i <= 50; ++i) timer.set(in(std::chrono::seconds(i)));
    CHECK(queue.size() == 1);
    queue.run_due(kStart + 49s);
    CHECK(ran == 0);
    queue.run_due(kStart + 50s);
    queue.run_due(kStart + 60s);
    CHECK(ran == 1);
}

TEST_CASE("a timer that was brought forward runs at the earlier instant") {
    TimerQueue queue;
    int ran = 0;
    Timer timer(queue, [&] { ++ran; });
    timer.set(in(50s));
    timer.set(in(1s));
    CHECK(queue.next() == in(1s));
    queue.run_due(kStart + 1s);
    CHECK(ran == 1);
}

TEST_CASE("a cancelled timer does not run, and can be set again") {
    TimerQueue queue;
    int ran = 0;
    Timer timer(queue, [&] { ++ran; });
    timer.set(in(1s));
    timer.cancel();
    queue.run_due(kStart + 2s);
    CHECK(ran == 0);
    timer.set(in(3s));
    queue.run_due(kStart + 3s);
    CHECK(ran == 1);
}

TEST_CASE("a timer may be destroyed by another one that is due with it") {
    TimerQueue queue;
    bool ran = false;
    auto second = std::make_unique<Timer>(queue, [&] { ran = true; });
    Timer first(queue, [&] { second.reset(); });
    first.set(in(1s));
    second->set(in(2s));
    queue.run_due(kStart + 5s);
    CHECK_FALSE(ran);
    CHECK(queue.size() == 0);
}

TEST_CASE("a timer that sets itself to the past keeps no other from its turn") {
    TimerQueue queue;
    int other_ran = 0;
    int ran = 0;
    Timer* self = nullptr;
    Timer eager(queue, [&] {
        ++ran;
        self->set(in(-100s));
    });
    self = &eager;
    Timer other(queue, [&] { ++other_ran; });
    eager.set(in(1s));
    other.set(in(2s));
    queue.run_due(kStart + 3s);
    CHECK(ran == 1);
    CHECK(other_ran == 1);
    CHECK(queue.next().expired(kStart + 4s));
    queue.run_due(kStart + 4s);
    CHECK(ran == 2);
}

TEST_CASE("a timer that always sets itself to now does not keep the queue for ever") {
    TimerQueue queue;
    int ran = 0;
    std::unique_ptr<Timer> timer;
    timer = std::make_unique<Timer>(queue, [&] {
        ++ran;
        timer->set(in(0s));
    });
    timer->set(in(0s));
    queue.run_due(kStart);
    CHECK(ran == 1);
    queue.run_due(kStart + 1ns);
    CHECK(ran == 2);
}

TEST_CASE("a timer that another one sets to now waits for a later instant, wherever it stood") {
    for (const bool was_cancelled : {false, true}) {
        CAPTURE(was_cancelled);
        TimerQueue queue;
        int ran = 0;
        Timer second(queue, [&] { ++ran; });
        Timer first(queue, [&] { second.set(in(5s)); });
        first.set(in(1s));
        second.set(in(2s));
        if (was_cancelled) second.cancel();
        queue.run_due(kStart + 5s);
        CHECK(ran == 0);
        CHECK(queue.next().expired(kStart + 6s));
        queue.run_due(kStart + 6s);
        CHECK(ran == 1);
    }
}
