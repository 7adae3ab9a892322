// Memory that runs out while the loop's own thread works costs the one for whom it was needed: a
// timer, a piece of posted work, a task. The loop goes on with the others.

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/pool_call.hh"
#include "net/scarcity_under_test.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;
using scarcity::at_each_allocation;
using scarcity::Shortage;

namespace {

// Larger than what a std::function holds in itself.
using Load = std::array<char, 100>;

struct Tasks {
    EventLoop loop;
    int failed = 0;
    TaskGroup group{[this](std::exception_ptr) { ++failed; }};

    void round() { loop.run_once(Deadline::after(0ms)); }
    // False if there was no memory to begin.
    bool start(Task<> (*task)(Tasks&, std::string&), std::string& said) {
        try {
            group.start(task(*this, said));
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
};

Task<std::string> text_after_a_turn(EventLoop& loop) {
    co_await loop.yield();
    co_return std::string(50, 'x');
}

Task<> speak(Tasks& tasks, std::string& said) {
    std::string text;
    for (int i = 0; i < 3; ++i) {
        const std::string more = co_await text_after_a_turn(tasks.loop);
        text += more;
    }
    said = text;
}

}  // namespace

TEST_CASE("a timer that there is no memory for is not there, and the others are due") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        TimerQueue queue;
        int due = 0;
        Timer first(queue, [&due] { ++due; });
        first.set(Deadline::after(0ms));
        std::vector<std::unique_ptr<Timer>> timers(4);
        const bool was_whole = shortage.during([&] {
            for (std::unique_ptr<Timer>& timer : timers) {
                timer =
                    std::make_unique<Timer>(queue, [&due, load = Load()] { due += load[0] + 1; });
                timer->set(Deadline::after(0ms));
            }
        });
        CHECK(was_whole != shortage.has_failed());
        queue.run_due(Deadline::Clock::now());
        int made = 0;
        for (const std::unique_ptr<Timer>& timer : timers) made += timer != nullptr;
        CHECK(due == 1 + made);
    });
    CHECK(failures > 8);
}

TEST_CASE("work that there is no memory for is not posted, and all that is posted is done") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        EventLoop loop;
        std::vector<int> done;
        done.reserve(10);
        int posted = 0;
        shortage.during([&] {
            while (posted < 4) {
                loop.post([&done, posted, load = Load()] { done.push_back(posted + load[0]); });
                ++posted;
            }
        });
        CHECK(shortage.during([&] { loop.run_once(Deadline::after(0ms)); }));
        CHECK(done.size() == static_cast<std::size_t>(posted));
        for (int i = 0; i < posted; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
    });
    CHECK(failures > 0);
}

TEST_CASE("neither a stop nor posted work that throws needs memory") {
    EventLoop loop;
    int done = 0;
    loop.post([&] { throw ++done; });
    loop.post([&] { ++done; });
    Shortage shortage(0, true);
    CHECK(shortage.during([&] {
        try {
            loop.run_once();
        } catch (int) {
        }
        loop.stop();
        loop.run();
    }));
    CHECK_FALSE(shortage.has_failed());
    CHECK(done == 2);
}

TEST_CASE("a task that there is no memory for ends alone") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        Tasks tasks;
        std::string other;
        std::string unlucky;
        REQUIRE(tasks.start(speak, other));
        bool began = false;
        // The loop itself throws nothing.
        CHECK(shortage.during([&] {
            began = tasks.start(speak, unlucky);
            for (int rounds = 0; rounds < 2; ++rounds) tasks.round();
        }));
        while (tasks.group.size() > 0) tasks.round();
        CHECK(other.size() + unlucky.size() + 150 * static_cast<std::size_t>(tasks.failed) ==
              (began ? 300U : 150U));
        if (!shortage.has_failed()) CHECK(unlucky.size() == 150);
        std::string next;
        REQUIRE(tasks.start(speak, next));
        while (tasks.group.size() > 0) tasks.round();
        CHECK(next.size() == 150);
    });
    CHECK(failures > 8);
}

TEST_CASE("who cannot wait for want of memory is not told, and the others are") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        EventLoop loop;
        Notice notice(loop);
        int told = 0;
        int failed = 0;
        TaskGroup tasks{[&failed](std::exception_ptr) { ++failed; }};
        const auto wait = [](Notice& on, int& count) -> Task<> {
            const bool was_told = co_await on.wait();
            count += was_told ? 1 : 0;
        };
        tasks.start(wait(notice, told));
        int begun = 1;
        shortage.during([&] {
            for (; begun < 4; ++begun) tasks.start(wait(notice, told));
        });
        CHECK(notice.waiting() == tasks.size());
        CHECK(shortage.during([&] {
            notice.tell_all();
            loop.run_once(Deadline::after(0ms));
        }));
        CHECK(told + failed == begun);
        CHECK(tasks.size() == 0);
    });
    CHECK(failures > 4);
}

TEST_CASE("a stream whose reader runs out of memory is closed, and another one goes on") {
    const auto echo = [](EventLoop& loop, Fd socket) -> Task<> {
        Stream stream(loop, std::move(socket));
        std::string all;
        for (;;) {
            char buffer[100];
            const Transfer got = co_await stream.read_some(buffer, Deadline::never());
            if (got.outcome != Outcome::done) co_return;
            all.append(buffer, got.bytes);
            const Transfer put = co_await stream.write_all(all, 1s);
            if (put.outcome != Outcome::done) co_return;
        }
    };
    const int failures = at_each_allocation([&echo](Shortage& shortage) {
        EventLoop loop;
        TaskGroup tasks{[](std::exception_ptr) {}};
        SocketPair other = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
        SocketPair unlucky = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
        tasks.start(echo(loop, std::move(other.first)));
        const std::string words(50, 'w');
        const auto answered = [&](const Fd& peer) {
            char buffer[200];
            ::send(peer.get(), words.data(), words.size(), MSG_NOSIGNAL);
            for (int rounds = 0; rounds < 3; ++rounds) loop.run_once(Deadline::after(0ms));
            return ::recv(peer.get(), buffer, sizeof buffer, 0);
        };
        ssize_t got = 0;
        // It throws where there is no memory to begin, and nowhere else.
        bool began = false;
        const bool was_whole = shortage.during([&] {
            tasks.start(echo(loop, std::move(unlucky.first)));
            began = true;
            got = answered(unlucky.second);
        });
        CHECK(was_whole == began);
        if (!shortage.has_failed()) CHECK(got == 50);
        if (shortage.has_failed() && began) CHECK(got <= 0);
        CHECK(answered(other.second) == 50);
        CHECK(answered(other.second) == 100);
    });
    CHECK(failures > 4);
}

TEST_CASE("a call to a pool that there is no memory for ends its caller alone") {
    const auto ask = [](EventLoop& loop, ThreadPool& pool, std::string& told) -> Task<> {
        const auto work = [] { return std::string(50, 'r'); };
        PoolCall call(loop, pool, work);
        const std::optional<std::string> answer = co_await call;
        told = answer.value_or("refused");
    };
    const int failures = at_each_allocation([&ask](Shortage& shortage) {
        EventLoop loop;
        ThreadPool pool(1, 4);
        TaskGroup tasks{[](std::exception_ptr) {}};
        std::string first;
        std::string second;
        CHECK(shortage.during([&] {
            try {
                tasks.start(ask(loop, pool, first));
            } catch (const std::bad_alloc&) {
            }
            loop.run_once(Deadline::after(0ms));
        }));
        tasks.start(ask(loop, pool, second));
        while (tasks.size() > 0) loop.run_once(Deadline::after(1ms));
        CHECK(second.size() == 50);
    });
    CHECK(failures > 4);
}
