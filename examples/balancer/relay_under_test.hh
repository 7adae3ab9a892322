// For tests: a client and a server with a relay between them.

#pragma once

#include <doctest/doctest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/fd.hh"
#include "net/connect.hh"
#include "net/listener.hh"
#include "net/task_group.hh"
#include "relay.hh"

namespace waymark::balancer {

using daemon::Deadline;
using daemon::Fd;
using net::Address;
using net::EventLoop;
using net::Task;
using net::TaskGroup;
using namespace std::chrono_literals;

struct Pair {
    Fd outer;  // what a client, or a server, has
    Fd inner;  // what the relay has
};

// Connected TCP sockets, both non-blocking.
inline Pair connected() {
    net::Listener listener(Address::parse("127.0.0.1:0"));
    auto result =
        net::connect_to(listener.address(), Deadline::after(60s), net::SocketMode::nonblocking);
    Fd inner;
    while (!inner) inner = listener.accept_one().socket;
    return {std::move(result.socket), std::move(inner)};
}

// A client and a server with a relay between them, on a loop that the test turns by hand.
struct Conversation {
    explicit Conversation(Transfer transfer,
                          const Relay::Times& its_times = {.idle = 1h, .total = 1h})
        : store(transfer), times(its_times) {}

    void begin(std::string first = {}) { tasks.start(run(std::move(first))); }

    Task<void> run(std::string first) {
        Wake wake(loop);
        ReadySocket near(loop, std::move(client.inner), ReadySocket::Kind::tcp, wake);
        ReadySocket far(loop, std::move(server.inner), ReadySocket::Kind::tcp, wake);
        Relay its_relay(loop, wake, near, far, store, {to_server, from_server}, times);
        its_relay.send_first(std::move(first));
        relay = &its_relay;
        const Relay::End its_end = co_await its_relay.run();
        relay = nullptr;
        end = its_end;
    }

    // Rounds until nothing is ready for a moment.
    void turn() {
        for (int i = 0; i < 50; ++i) loop.run_once(Deadline::after(1ms));
    }
    template <class Condition>
    void turn_until(const Condition& condition) {
        const Deadline patience = Deadline::after(60s);
        bool is_so = condition();
        while (!is_so && !patience.expired()) {
            loop.run_once(Deadline::after(10ms));
            is_so = condition();
        }
        REQUIRE(is_so);
    }

    EventLoop loop;
    RelayStore store;
    Relay::Times times;
    Pair client = connected();
    Pair server = connected();
    std::uint64_t to_server = 0;
    std::uint64_t from_server = 0;
    Relay* relay = nullptr;
    std::optional<Relay::End> end;
    TaskGroup tasks;
};

inline void put(const Fd& socket, std::string_view bytes) {
    REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
}

// What is there, up to the end, which adds ".", or a reset, which adds "!".
inline std::string heard(const Fd& socket) {
    std::string all;
    char piece[65536];
    for (;;) {
        const ssize_t got = ::recv(socket.get(), piece, sizeof piece, 0);
        if (got == -1) return errno == EAGAIN ? all : all + "!";
        if (got == 0) return all + ".";
        all.append(piece, static_cast<std::size_t>(got));
    }
}

// That have arrived there (TCP_INFO, tcp(7)); loopback has room for 64 KiB in one.
inline std::uint32_t segments_to(const Fd& socket) {
    tcp_info seen{};
    socklen_t size = sizeof seen;
    REQUIRE(::getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &seen, &size) == 0);
    return seen.tcpi_segs_in;
}

// Sends until nobody takes more for a while; so many bytes went in.
inline std::size_t stuff(Conversation& talk, const Fd& socket) {
    const std::string block(65536, 'x');
    std::size_t sent = 0;
    for (int quiet = 0; quiet < 20;) {
        const ssize_t put = ::send(socket.get(), block.data(), block.size(), MSG_NOSIGNAL);
        if (put > 0) sent += static_cast<std::size_t>(put);
        quiet = put > 0 ? 0 : quiet + 1;
        talk.loop.run_once(Deadline::after(2ms));
    }
    return sent;
}

}  // namespace waymark::balancer
