// What the parts of net/ do when the kernel or the memory gives no more.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "net/acceptor.hh"
#include "net/channel_link.hh"
#include "net/clients_under_test.hh"
#include "net/event_loop.hh"
#include "net/frame_pool.hh"
#include "net/line_reader.hh"
#include "net/pool_call.hh"
#include "net/scarcity_under_test.hh"
#include "net/streams_under_test.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "net/timer_queue.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("setting a timer needs no memory") {
    TimerQueue queue;
    std::vector<std::unique_ptr<Timer>> timers;
    for (int i = 0; i < 100; ++i) timers.push_back(std::make_unique<Timer>(queue, [] {}));
    scarcity::fail_allocation(0);
    for (const std::unique_ptr<Timer>& timer : timers) timer->set(Deadline::after(1s));
    CHECK_FALSE(scarcity::has_failed);
    scarcity::fail_allocation(-1);
    CHECK(queue.size() == 100);
}

TEST_CASE("an acceptor that cannot be watched again tries later, and throws at nobody") {
    EventLoop loop;
    std::vector<int> complaints;
    int clients = 0;
    Acceptor acceptor(
        loop, Listener(Address::parse("127.0.0.1:0")), [&](Fd, const Address&) { ++clients; },
        [&](int error_number) { complaints.push_back(error_number); });
    acceptor.pause();
    scarcity::epoll_error = ENOSPC;
    acceptor.resume();
    CHECK(complaints == std::vector<int>{ENOSPC});
    loop.run_once();  // the timer, in vain
    scarcity::epoll_error = 0;
    const Fd client = connect_client(acceptor.listener().address());
    for (int rounds = 0; clients == 0 && rounds < 10'000; ++rounds)
        loop.run_once(Deadline::after(10ms));
    CHECK(clients == 1);
}

TEST_CASE("what a client's call throws costs that client alone") {
    EventLoop loop;
    int clients = 0;
    Acceptor acceptor(loop, Listener(Address::parse("127.0.0.1:0")), [&](Fd, const Address&) {
        if (++clients == 1) throw std::bad_alloc();
    });
    const Fd first = connect_client(acceptor.listener().address());
    const Fd second = connect_client(acceptor.listener().address());
    for (int rounds = 0; clients < 2 && rounds < 10'000; ++rounds)
        loop.run_once(Deadline::after(10ms));
    CHECK(clients == 2);
    char byte = 0;
    CHECK(::recv(first.get(), &byte, 1, 0) == 0);
}

TEST_CASE("a peer whose lines never end where a read ends costs a line and a read, not more") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    LineReader reader(pair.first);
    std::string piece;
    while (piece.size() < 3000) piece += "x\n";
    piece += 'y';
    std::string line;
    line.reserve(100);
    const std::size_t before = scarcity::bytes_in_use;
    for (int i = 0; i < 500; ++i) {
        CHECK(write_all(pair.second, piece, long_deadline()).status == IoStatus::done);
        for (int lines = 0; lines < 1500; ++lines)
            CHECK(reader.read_line(line, 100, long_deadline()).status == IoStatus::done);
    }
    CHECK(reader.surplus() == 1);
    CHECK(scarcity::bytes_in_use - before < 20'000);
}

TEST_CASE("a link's bound is of memory, also for many messages of one byte") {
    EventLoop loop;
    ChannelPair pair = make_channel();
    const std::size_t bound = 100'000;
    ChannelLink link(loop, std::move(pair.first), {}, bound);
    const std::size_t before = scarcity::bytes_in_use;
    int sent = 0;
    while (sent < 1'000'000 && link.send("x")) ++sent;
    CHECK(sent < 1'000'000);
    CHECK(link.queued_bytes() <= bound);
    CHECK(link.queued_bytes() > bound - 100);
    CHECK(scarcity::bytes_in_use - before <= bound);
    // Longer than what a string holds in itself.
    ChannelPair second = make_channel();
    ChannelLink longer(loop, std::move(second.first), {}, bound);
    const std::size_t then = scarcity::bytes_in_use;
    while (longer.send("a message of thirty-three bytes..")) ++sent;
    CHECK(scarcity::bytes_in_use - then <= bound);
}

TEST_CASE("a link waits a moment when the kernel has no memory, and loses nothing") {
    EventLoop loop;
    ChannelPair pair = make_channel();
    ChannelLink link(loop, std::move(pair.first), {});
    scarcity::sendmsg_error = ENOBUFS;
    scarcity::sendmsg_calls = 0;
    CHECK(link.send("one"));
    CHECK(link.send("two"));
    const auto begin = EventLoop::Clock::now();
    while (EventLoop::Clock::now() < begin + 100ms) loop.run_once(Deadline::after(10ms));
    const auto took = EventLoop::Clock::now() - begin;
    CHECK(scarcity::sendmsg_calls >= 2);
    CHECK(scarcity::sendmsg_calls <= 2 + took / 10ms);
    scarcity::sendmsg_error = 0;
    while (link.queued_bytes() > 0) loop.run_once(Deadline::after(10ms));
    CHECK(pair.second.receive().message == "one");
    CHECK(pair.second.receive().message == "two");
}

TEST_CASE("a call whose end cannot be told for want of memory is told when there is some") {
    EventLoop loop;
    ThreadPool pool(1, 1);
    int result = 0;
    const auto ask = [](EventLoop& its_loop, ThreadPool& its_pool, int& told) -> Task<> {
        const auto work = [] {
            scarcity::fail_allocation(0);  // the next one is for the loop to be told
            return 7;
        };
        PoolCall call(its_loop, its_pool, work);
        const std::optional<int> answer = co_await call;
        told = answer.value_or(-1);
    };
    TaskGroup tasks;
    tasks.start(ask(loop, pool, result));
    for (int rounds = 0; result == 0 && rounds < 10'000; ++rounds)
        loop.run_once(Deadline::after(10ms));
    CHECK(scarcity::has_failed);
    CHECK(result == 7);
}

TEST_CASE("a frame pool keeps so many frames and no more, and none under the address sanitizer") {
    constexpr std::size_t kSize = 640;
    std::vector<void*> frames(1000);
    const std::size_t before = scarcity::bytes_in_use;
    for (void*& frame : frames) frame = FramePool::take(kSize);
    CHECK(scarcity::bytes_in_use - before >= 1000 * kSize);
    for (void* const frame : frames) FramePool::give(frame, kSize);
    CHECK(scarcity::bytes_in_use - before <= 300 * kSize);
#ifdef __SANITIZE_ADDRESS__
    CHECK(scarcity::bytes_in_use == before);
#endif
}
