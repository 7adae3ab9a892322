#include "net/event_loop.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

struct CountingWatcher final : EventLoop::Watcher {
    bool on_ready(std::uint32_t events) override {
        ++told;
        last_events = events;
        if (then) then();
        return true;
    }
    int told = 0;
    std::uint32_t last_events = 0;
    std::function<void()> then;
};

void put_byte(const Fd& fd) {
    REQUIRE(::write(fd.get(), "x", 1) == 1);
}

}  // namespace

TEST_CASE("a watcher is told when its descriptor is ready, and only then") {
    EventLoop loop;
    Pipe quiet = make_pipe();
    Pipe loud = make_pipe();
    CountingWatcher quiet_watcher;
    CountingWatcher loud_watcher;
    loop.add(quiet.reading, EPOLLIN, quiet_watcher);
    loop.add(loud.reading, EPOLLIN, loud_watcher);
    put_byte(loud.writing);
    loop.run_once();
    CHECK(loud_watcher.told == 1);
    CHECK((loud_watcher.last_events & EPOLLIN) != 0);
    CHECK(quiet_watcher.told == 0);
}

TEST_CASE("a watcher that another one removes in the same round is not told") {
    EventLoop loop;
    Pipe pipes[2] = {make_pipe(), make_pipe()};
    CountingWatcher watchers[2];
    for (int i = 0; i < 2; ++i) {
        loop.add(pipes[i].reading, EPOLLIN, watchers[i]);
        watchers[i].then = [&, i] {
            loop.remove(pipes[1 - i].reading, watchers[1 - i]);
            pipes[1 - i].reading.reset();
        };
        put_byte(pipes[i].writing);
    }
    loop.run_once();
    CHECK(watchers[0].told + watchers[1].told == 1);
}

TEST_CASE("a timer wakes the loop, and not before its time") {
    EventLoop loop;
    bool ran = false;
    Timer timer(loop.timers(), [&] { ran = true; });
    const Deadline deadline = Deadline::after(20ms);
    timer.set(deadline);
    while (!ran) loop.run_once();
    CHECK(deadline.expired());
}

TEST_CASE("run_once returns at its deadline when nothing happens") {
    EventLoop loop;
    const Deadline deadline = Deadline::after(10ms);
    loop.run_once(deadline);
    CHECK(deadline.expired());
}

TEST_CASE("work posted from another thread runs on the loop's thread") {
    EventLoop loop;
    std::thread::id ran_on;
    std::thread other([&] {
        loop.post([&] {
            ran_on = std::this_thread::get_id();
            loop.stop();
        });
    });
    loop.run();
    other.join();
    CHECK(ran_on == std::this_thread::get_id());
}

TEST_CASE("a coroutine that yields lets the others have their turn") {
    EventLoop loop;
    std::vector<int> turns;
    TaskGroup tasks;
    auto take_turns = [](EventLoop& on, std::vector<int>& log, int name) -> Task<> {
        for (int i = 0; i < 3; ++i) {
            log.push_back(name);
            co_await on.yield();
        }
    };
    tasks.start(take_turns(loop, turns, 1));
    tasks.start(take_turns(loop, turns, 2));
    while (tasks.size() > 0) loop.run_once();
    CHECK(turns == std::vector<int>{1, 2, 1, 2, 1, 2});
}

TEST_CASE("a coroutine that is destroyed while scheduled is not resumed") {
    EventLoop loop;
    bool resumed = false;
    auto wait = [](EventLoop& on, bool& flag) -> Task<> {
        co_await on.yield();
        flag = true;
    };
    auto tasks = std::make_unique<TaskGroup>();
    tasks->start(wait(loop, resumed));
    tasks.reset();
    loop.run_once(Deadline::after(1ms));
    CHECK_FALSE(resumed);
}

TEST_CASE("a round tells watchers, timers, posted work, coroutines and hooks, in this order") {
    EventLoop loop;
    std::vector<std::string> order;
    Pipe pipe = make_pipe();
    CountingWatcher watcher;
    loop.add(pipe.reading, EPOLLIN, watcher);
    watcher.then = [&] { order.push_back("watcher"); };
    Timer timer(loop.timers(), [&] { order.push_back("timer"); });
    timer.set(Deadline(loop.now()));
    loop.post([&] { order.push_back("posted"); });
    TaskGroup tasks;
    auto note = [](EventLoop& on, std::vector<std::string>& log) -> Task<> {
        co_await on.yield();
        log.push_back("coroutine");
    };
    loop.after_each_round([&] { order.push_back("hook"); });
    tasks.start(note(loop, order));
    put_byte(pipe.writing);
    loop.run_once();
    CHECK(order == std::vector<std::string>{"watcher", "timer", "posted", "coroutine", "hook"});
}

TEST_CASE("posted work that throws leaves the rest to the next round, in order") {
    EventLoop loop;
    std::vector<int> ran;
    loop.post([&] { ran.push_back(1); });
    loop.post([&] {
        loop.post([&] { ran.push_back(4); });
        throw std::runtime_error("second");
    });
    loop.post([&] { ran.push_back(2); });
    loop.post([&] { ran.push_back(3); });
    CHECK_THROWS_AS(loop.run_once(), std::runtime_error);
    loop.run_once(Deadline::after(20s));
    CHECK(ran == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a watcher that throws leaves the rest to the next round, edges too") {
    EventLoop loop;
    Pipe pipes[2] = {make_pipe(), make_pipe()};
    CountingWatcher watchers[2];
    for (int i = 0; i < 2; ++i) {
        loop.add(pipes[i].reading, EPOLLIN | EPOLLET, watchers[i]);
        watchers[i].then = [] { throw std::runtime_error("told"); };
        put_byte(pipes[i].writing);
    }
    CHECK_THROWS_AS(loop.run_once(), std::runtime_error);
    CHECK_THROWS_AS(loop.run_once(Deadline::after(20s)), std::runtime_error);
    CHECK(watchers[0].told == 1);
    CHECK(watchers[1].told == 1);
}

TEST_CASE("a timer that throws leaves posted work to the next round") {
    EventLoop loop;
    bool ran = false;
    Timer timer(loop.timers(), [] { throw std::runtime_error("due"); });
    timer.set(Deadline(loop.now()));
    loop.post([&] { ran = true; });
    CHECK_THROWS_AS(loop.run_once(), std::runtime_error);
    CHECK_FALSE(ran);
    loop.run_once(Deadline::after(20s));
    CHECK(ran);
}

TEST_CASE("a stop that comes while the loop does not run ends the next run, and only that") {
    EventLoop loop;
    loop.stop();
    loop.run_once();
    loop.run();
    bool ran = false;
    loop.post([&] {
        ran = true;
        loop.stop();
    });
    loop.run();
    CHECK(ran);
}

TEST_CASE("the hooks run in a round that found nothing ready, too") {
    EventLoop loop;
    int hooks = 0;
    loop.after_each_round([&] { ++hooks; });
    loop.run_once(Deadline::after(0ms));
    loop.run_once(Deadline::after(0ms));
    CHECK(hooks == 2);
}

TEST_CASE("a hook may add another, which runs in the same round") {
    EventLoop loop;
    int added = 0;
    int last = 0;
    loop.after_each_round([&] {
        const std::string held(100, 'x');  // lost, were the hook moved while it runs
        while (added < 50) loop.after_each_round([&, n = ++added] { last = n; });
        CHECK(held == std::string(100, 'x'));
    });
    loop.run_once(Deadline::after(0ms));
    CHECK(last == 50);
}

TEST_CASE("the hooks wait for the next round where something throws") {
    EventLoop loop;
    int hooks = 0;
    loop.after_each_round([&] { ++hooks; });
    loop.post([] { throw std::runtime_error("posted"); });
    CHECK_THROWS_AS(loop.run_once(), std::runtime_error);
    CHECK(hooks == 0);
    loop.run_once(Deadline::after(20s));
    CHECK(hooks == 1);
}

TEST_CASE("work that was posted before a stop is done before the run ends") {
    EventLoop loop;
    std::string done;
    loop.post([&] { done += "posted "; });
    loop.stop();
    loop.post([&] { done += "later"; });
    loop.run();
    CHECK(done == "posted later");
}

TEST_CASE("a stop beside work that throws ends the next run, after the rest of the work") {
    EventLoop loop;
    bool rest = false;
    loop.post([] { throw std::runtime_error("posted"); });
    loop.post([&] { rest = true; });
    loop.stop();
    CHECK_THROWS_AS(loop.run(), std::runtime_error);
    CHECK_FALSE(rest);
    loop.run();
    CHECK(rest);
}
