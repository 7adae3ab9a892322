// A server that is driven by hand, turn by turn, so that no demo depends on who is faster: it has a
// listener and the clients that it has accepted, and answers each byte with "ok".

#pragma once

#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"
#include "net/socket_options.hh"

namespace waymark::demo {

using daemon::check;
using daemon::Fd;
using net::Address;
using net::local_address;

struct Client {
    Fd socket;
    net::ConnectionGate::Slot slot;
};

// Bound to `own`, and not connected yet.
inline Fd make_socket(const Address& own) {
    Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.get(), own.data(), own.size()), "bind");
    return socket;
}

inline Fd listen_at(const char* host, int backlog) {
    Fd socket = make_socket(Address::parse(std::string(host) + ":0"));
    check(::listen(socket.get(), backlog), "listen");
    return socket;
}

inline Fd connect_from(const char* host, const Address& server) {
    Fd socket = make_socket(Address::parse(std::string(host) + ":0"));
    check(::connect(socket.get(), server.data(), server.size()), "connect");
    return socket;
}

inline Fd accept_from(const Fd& listener) {
    return Fd(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
}

// Who waits in the listener's queue: Recv-Q of ss(8).
inline unsigned waiting_at(const Fd& listener) {
    tcp_info info{};
    socklen_t size = sizeof info;
    check(::getsockopt(listener.get(), IPPROTO_TCP, TCP_INFO, &info, &size), "getsockopt");
    return info.tcpi_unacked;
}

// For ten seconds at most: on a busy machine what must come needs a while.
template <typename Condition>
bool wait_until(Condition condition) {
    for (int looks = 0; looks < 1000; ++looks) {
        if (condition()) return true;
        ::poll(nullptr, 0, 10);
    }
    return false;
}

inline void ask(const Fd& client) {
    check(::send(client.get(), "?", 1, MSG_NOSIGNAL), "send");
}

// What has come by now: "nothing", "closed", or the bytes.
inline std::string heard(const Fd& socket) {
    char bytes[100];
    const ssize_t count = ::recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (count > 0) return std::string(bytes, static_cast<std::size_t>(count));
    return count == 0 ? "closed" : "nothing";
}

// The same, for what must come: it may take a while on a busy machine.
inline std::string heard_at_last(const Fd& socket) {
    pollfd ready{socket.get(), POLLIN, 0};
    ::poll(&ready, 1, 10'000);
    return heard(socket);
}

// Who is readable has asked, and is answered, or has left.
inline void serve(std::vector<Client>& clients) {
    std::erase_if(clients, [](const Client& client) {
        const std::string said = heard(client.socket);
        if (said == "?") ::send(client.socket.get(), "ok", 2, MSG_NOSIGNAL);
        return said == "closed";
    });
}

// What was sent to it has come: each of these sockets is readable.
inline void all_ready(const std::vector<Client>& clients) {
    for (const Client& client : clients) {
        pollfd ready{client.socket.get(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
    }
}

}  // namespace waymark::demo
