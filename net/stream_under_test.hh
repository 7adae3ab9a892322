// For tests: a stream on a loop, and the peer's end as a blocking socket in our hand.

#pragma once

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/socket_options.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"

namespace waymark::net {

// Over TCP, with a small window and small segments: then little is on its way, and a peer that
// takes a little is seen to do so.
inline daemon::SocketPair make_tcp_pair(int segment = 1000) {
    daemon::Fd listener(daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    daemon::Fd near(daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    for (const daemon::Fd* socket : {&listener, &near})
        ::setsockopt(socket->get(), IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    set_receive_buffer(listener, 8 * 1024);
    const Address any = Address::parse("127.0.0.1:0");
    daemon::check(::bind(listener.get(), any.data(), any.size()), "bind");
    daemon::check(::listen(listener.get(), 1), "listen");
    const Address address = local_address(listener);
    daemon::check(::connect(near.get(), address.data(), address.size()), "connect");
    daemon::Fd far(
        daemon::check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    return {std::move(near), std::move(far)};
}

struct Conversation {
    EventLoop loop;
    daemon::Fd peer;
    std::unique_ptr<Stream> stream;
    Transfer result;
    bool finished = false;

    explicit Conversation(daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM)) {
        daemon::set_nonblocking(pair.first, true);
        peer = std::move(pair.second);
        stream = std::make_unique<Stream>(loop, std::move(pair.first));
    }

    void send(std::string_view bytes) const {
        REQUIRE(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }

    // One round in which nothing may happen: for "it still waits".
    void round() { loop.run_once(daemon::Deadline::after(std::chrono::milliseconds(1))); }

    void finish() {
        for (int rounds = 0; !finished && rounds < 10'000; ++rounds)
            loop.run_once(daemon::Deadline::after(std::chrono::seconds(1)));
        REQUIRE(finished);
    }
};

inline Task<> read(Conversation& c, std::span<char> buffer,
                   daemon::Deadline deadline = daemon::Deadline::never()) {
    c.finished = false;
    c.result = co_await c.stream->read_some(buffer, deadline);
    c.finished = true;
}

inline Task<> write(Conversation& c, std::string_view bytes, std::chrono::milliseconds patience) {
    c.finished = false;
    c.result = co_await c.stream->write_all(bytes, patience);
    c.finished = true;
}

// Reads `count` bytes with the peer's socket while the loop goes on writing.
inline std::string drain(Conversation& c, std::size_t count) {
    std::string all;
    char buffer[65536];
    while (all.size() < count) {
        const ssize_t got = ::recv(c.peer.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (got > 0) all.append(buffer, static_cast<std::size_t>(got));
        c.loop.run_once(daemon::Deadline::after(std::chrono::milliseconds(0)));
    }
    return all;
}

}  // namespace waymark::net
