// Connected sockets and an epoll instance by the calls themselves, for the demos: net/event_loop
// does all of this at once.

#pragma once

#include <fmt/core.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

namespace waymark::demo {

using daemon::check;
using daemon::error_text;
using daemon::Fd;
using daemon::SocketPair;

// A connection over TCP: first the client's end, then the server's. Buffers of this size keep small
// what the kernel takes; 0 leaves them to it.
inline SocketPair connect_pair(int buffer = 0) {
    Fd listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    Fd client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (buffer > 0) {
        net::set_receive_buffer(client, buffer);
        net::set_send_buffer(listener, buffer);
    }
    const net::Address any = net::Address::parse("127.0.0.1:0");
    check(::bind(listener.get(), any.data(), any.size()), "bind");
    check(::listen(listener.get(), 1), "listen");
    const net::Address address = net::local_address(listener);
    check(::connect(client.get(), address.data(), address.size()), "connect");
    Fd server(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
    return {std::move(client), std::move(server)};
}

// One that leaves no TIME_WAIT behind, which would stand in the picture of the next step.
inline SocketPair connect_for_a_step() {
    SocketPair pair = connect_pair();
    net::reset_on_close(pair.first);
    net::reset_on_close(pair.second);
    return pair;
}

inline void say(const Fd& socket, std::string_view bytes) {
    check(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
}

// What has come by now; empty if nothing has.
inline std::string heard(const Fd& socket) {
    char bytes[1000];
    const ssize_t count = ::recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    return std::string(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
}

// For ten seconds at most: on a busy machine what must come needs a while.
inline bool has_come(const Fd& socket, int milliseconds = 10'000) {
    pollfd ready{socket.get(), POLLIN, 0};
    return ::poll(&ready, 1, milliseconds) == 1;
}

inline int unread(const Fd& socket) {
    int count = 0;
    check(::ioctl(socket.get(), FIONREAD, &count), "ioctl");
    return count;
}

inline Fd make_epoll() {
    return Fd(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
}

inline void watch(const Fd& epoll, const Fd& socket, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket.get();
    check(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, socket.get(), &event), "epoll_ctl");
}

}  // namespace waymark::demo
