#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>
#include <new>
#include <vector>

#include "daemon/error.hh"
#include "net/acceptor.hh"
#include "net/event_loop.hh"
#include "net/scarcity_under_test.hh"
#include "net/timer_queue.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

Fd connect_to(const Address& address) {
    Fd socket(check(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::connect(socket.get(), address.data(), address.size()), "connect");
    return socket;
}

}  // namespace

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
    const Fd client = connect_to(acceptor.listener().address());
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
    const Fd first = connect_to(acceptor.listener().address());
    const Fd second = connect_to(acceptor.listener().address());
    for (int rounds = 0; clients < 2 && rounds < 10'000; ++rounds)
        loop.run_once(Deadline::after(10ms));
    CHECK(clients == 2);
    char byte = 0;
    CHECK(::recv(first.get(), &byte, 1, 0) == 0);
}
