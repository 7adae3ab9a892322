#include "net/connect_on_loop.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>
#include <future>
#include <optional>
#include <system_error>

#include "net/silent_under_test.hh"
#include "net/streams_under_test.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::net;
using namespace std::chrono_literals;
using waymark::daemon::count_open_descriptors;
using waymark::daemon::ThreadPool;

namespace {

Task<> connect(EventLoop& loop, std::vector<Address> addresses, Deadline deadline,
               std::optional<ConnectResult>& heard) {
    ConnectOnLoop connecting(loop, addresses, deadline);
    ConnectResult result = co_await connecting;
    heard.emplace(std::move(result));
}

// Runs the loop until the one task has ended, and gives what it heard.
ConnectResult run(std::vector<Address> addresses, Deadline deadline) {
    EventLoop loop;
    TaskGroup tasks;
    std::optional<ConnectResult> heard;
    tasks.start(connect(loop, std::move(addresses), deadline, heard));
    while (tasks.size() > 0) loop.run_once(long_deadline());
    return std::move(*heard);
}

Task<> look_up(EventLoop& loop, ThreadPool& pool, std::optional<ResolveResult>& heard) {
    auto looking_up = resolve_on_pool(loop, pool, "127.0.0.1", 80);
    std::optional<ResolveResult> found = co_await looking_up;
    heard = std::move(found);
}

}  // namespace

TEST_CASE("a coroutine is given a connected non-blocking socket") {
    const Server good = make_server("127.0.0.1:0");
    const ConnectResult result = run({good.address}, long_deadline());
    REQUIRE(result.status == ConnectStatus::connected);
    CHECK(peer_address(result.socket) == good.address);
    CHECK((::fcntl(result.socket.get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("neither silence nor a refusal keeps it from the listener behind them") {
    const SilentServer silent;
    const Server refusing = make_server("127.0.0.1:0", false);
    const Server good = make_server("127.0.0.1:0");
    const int before = count_open_descriptors();
    const ConnectResult result =
        run({silent.server.address, refusing.address, good.address}, Deadline::never());
    CHECK(result.address == good.address);
    CHECK(count_open_descriptors() == before + 1);
}

TEST_CASE("the deadline ends it and the loop serves others meanwhile") {
    const SilentServer silent;
    EventLoop loop;
    TaskGroup tasks;
    std::optional<ConnectResult> heard;
    bool served = false;
    Timer timer(loop.timers(), [&] { served = !heard; });
    timer.set(Deadline::after(0s));
    tasks.start(connect(loop, {silent.server.address}, Deadline::after(50ms), heard));
    while (tasks.size() > 0) loop.run_once(long_deadline());
    CHECK(served);
    CHECK(heard->status == ConnectStatus::timed_out);
}

TEST_CASE("a coroutine that is destroyed while it waits leaves nothing open") {
    const SilentServer silent;
    EventLoop loop;
    const int before = count_open_descriptors();
    {
        TaskGroup tasks;
        std::optional<ConnectResult> heard;
        tasks.start(connect(loop, {silent.server.address}, Deadline::never(), heard));
        loop.run_once(Deadline::after(0s));
        CHECK(count_open_descriptors() == before + 1);
    }
    CHECK(count_open_descriptors() == before);
    loop.run_once(Deadline::after(0s));
}

TEST_CASE("a process without descriptors is an exception for the coroutine, not for the loop") {
    const Server good = make_server("127.0.0.1:0");
    EventLoop loop;
    int thrown = 0;
    TaskGroup tasks([&](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::system_error& failure) {
            thrown = failure.code().value();
        }
    });
    rlimit previous{};
    ::getrlimit(RLIMIT_NOFILE, &previous);
    const rlimit none{0, previous.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    std::optional<ConnectResult> heard;
    tasks.start(connect(loop, {good.address}, long_deadline(), heard));
    loop.run_once(Deadline::after(0s));
    ::setrlimit(RLIMIT_NOFILE, &previous);
    CHECK(tasks.size() == 0);
    CHECK(thrown == EMFILE);
}

TEST_CASE("the loop goes on while a look-up waits for its turn on the pool") {
    std::promise<void> open;
    EventLoop loop;
    ThreadPool pool(1, 2);
    auto held = pool.try_submit([opened = open.get_future().share()] { opened.wait(); });
    TaskGroup tasks;
    std::optional<ResolveResult> heard;
    tasks.start(look_up(loop, pool, heard));
    for (int round = 0; round < 3; ++round) loop.run_once(Deadline::after(0s));
    CHECK_FALSE(heard);
    open.set_value();
    while (tasks.size() > 0) loop.run_once(long_deadline());
    REQUIRE(heard);
    CHECK(heard->addresses == std::vector{Address::parse("127.0.0.1:80")});
}
