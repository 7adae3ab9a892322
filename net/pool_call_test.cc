#include "net/pool_call.hh"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::net;
using waymark::daemon::ThreadPool;

namespace {

// What a coroutine was given, and on which thread it went on.
struct Heard {
    std::string result = "nothing yet";
    std::thread::id thread;
};

template <class Work>
Task<> ask(EventLoop& loop, ThreadPool& pool, Work work, Heard& heard) {
    try {
        PoolCall call(loop, pool, std::move(work));
        const std::optional<std::string> result = co_await call;
        heard.result = result.value_or("refused");
    } catch (const std::runtime_error& error) {
        heard.result = std::string("thrown: ") + error.what();
    }
    heard.thread = std::this_thread::get_id();
}

// Holds a thread of the pool until it is let go.
struct Gate {
    std::promise<void> entered;
    std::promise<void> open;
    std::shared_future<void> opened{open.get_future()};

    std::string pass() {
        entered.set_value();
        opened.wait();
        return "passed";
    }
};

}  // namespace

TEST_CASE("work is done on another thread and its result comes back to the loop's") {
    EventLoop loop;
    ThreadPool pool(1, 1);
    TaskGroup tasks;
    Heard heard;
    std::thread::id worker;
    tasks.start(ask(
        loop, pool,
        [&worker] {
            worker = std::this_thread::get_id();
            return std::string("42");
        },
        heard));
    CHECK(heard.result == "nothing yet");
    while (tasks.size() > 0) loop.run_once();
    CHECK(heard.result == "42");
    CHECK(heard.thread == std::this_thread::get_id());
    CHECK(worker != std::this_thread::get_id());
}

TEST_CASE("what the work throws is thrown to the coroutine") {
    EventLoop loop;
    ThreadPool pool(1, 1);
    TaskGroup tasks;
    Heard heard;
    tasks.start(ask(
        loop, pool, []() -> std::string { throw std::runtime_error("no such day"); }, heard));
    while (tasks.size() > 0) loop.run_once();
    CHECK(heard.result == "thrown: no such day");
}

TEST_CASE("a full pool refuses at once, and nobody waits") {
    EventLoop loop;
    Gate gate;
    ThreadPool pool(1, 1);
    TaskGroup tasks;
    Heard first, second, third;
    const auto quick = [] { return std::string("quick"); };
    tasks.start(ask(
        loop, pool, [&gate] { return gate.pass(); }, first));
    gate.entered.get_future().wait();
    tasks.start(ask(loop, pool, quick, second));  // fills the queue
    tasks.start(ask(loop, pool, quick, third));
    CHECK(third.result == "refused");
    CHECK(second.result == "nothing yet");
    gate.open.set_value();
    while (tasks.size() > 0) loop.run_once();
    CHECK(first.result == "passed");
    CHECK(second.result == "quick");
}

TEST_CASE("a stopped pool refuses") {
    EventLoop loop;
    ThreadPool pool(1, 1);
    pool.stop(ThreadPool::AtStop::discard);
    TaskGroup tasks;
    Heard heard;
    tasks.start(ask(
        loop, pool, [] { return std::string("done"); }, heard));
    CHECK(heard.result == "refused");
}

TEST_CASE("a pool that is stopped and drops what waits tells the coroutine") {
    EventLoop loop;
    ThreadPool pool(1, 1);
    TaskGroup tasks;
    Gate gate;
    const auto held = pool.submit([&gate] { return gate.pass(); });
    gate.entered.get_future().wait();
    Heard heard;
    tasks.start(ask(loop, pool, [] { return std::string("done"); }, heard));
    CHECK(heard.result == "nothing yet");
    std::thread stopping([&pool] { pool.stop(ThreadPool::AtStop::discard); });
    // The stop drops what waits before it waits for what is being done.
    while (tasks.size() > 0) loop.run_once();
    gate.open.set_value();
    stopping.join();
    CHECK(heard.result == "refused");
    CHECK(heard.thread == std::this_thread::get_id());
}

TEST_CASE("a coroutine destroyed while the work runs is left alone, and the work's values freed") {
    EventLoop loop;
    Gate gate;
    const auto owned = std::make_shared<int>(7);
    Heard heard;
    {
        ThreadPool pool(1, 1);
        auto tasks = std::make_unique<TaskGroup>();
        tasks->start(ask(
            loop, pool, [&gate, owned] { return gate.pass(); }, heard));
        gate.entered.get_future().wait();
        CHECK(owned.use_count() > 1);
        tasks.reset();
        gate.open.set_value();
        loop.run_once();  // the work's end arrives, and there is nobody to tell
    }
    CHECK(heard.result == "nothing yet");
    CHECK(owned.use_count() == 1);
}

TEST_CASE("a loop that ends before the news arrives drops them") {
    auto loop = std::make_unique<EventLoop>();
    const auto owned = std::make_shared<std::string>("result");
    Heard heard;
    {
        ThreadPool pool(1, 1);
        TaskGroup tasks;
        tasks.start(ask(
            *loop, pool, [owned] { return *owned; }, heard));
    }
    loop.reset();
    CHECK(heard.result == "nothing yet");
    CHECK(owned.use_count() == 1);
}
