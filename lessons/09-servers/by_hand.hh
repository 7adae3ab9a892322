// Sockets by the calls themselves, for the demos: net/listener does all of this at once.

#pragma once

#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

namespace waymark::demo {

using daemon::check;
using daemon::error_text;
using daemon::Fd;
using net::Address;
using net::local_address;

inline Fd make_socket(int family = AF_INET) {
    return Fd(check(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

// 0, or the errno.
inline int try_bind(const Fd& socket, const Address& address) {
    return ::bind(socket.get(), address.data(), address.size()) == 0 ? 0 : errno;
}

inline int try_connect(const Fd& socket, const Address& address) {
    return ::connect(socket.get(), address.data(), address.size()) == 0 ? 0 : errno;
}

inline std::string in_words(int error_number, const char* success) {
    return error_number == 0 ? success : error_text(error_number);
}

inline Fd listen_at(const Address& address, int backlog = 5) {
    Fd socket = make_socket(address.family());
    check(try_bind(socket, address) == 0 ? 0 : -1, "bind");
    check(::listen(socket.get(), backlog), "listen");
    return socket;
}

inline Fd connect_to(const Address& address) {
    Fd socket = make_socket(address.family());
    check(try_connect(socket, address) == 0 ? 0 : -1, "connect");
    return socket;
}

inline Fd accept_from(const Fd& listener) {
    return Fd(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
}

inline tcp_info info_of(const Fd& socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    check(::getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &info, &size), "getsockopt");
    return info;
}

// Of a listener the kernel tells its queue here, as ss(8) shows it: Recv-Q and Send-Q.
inline unsigned waiting_at(const Fd& listener) {
    return info_of(listener).tcpi_unacked;
}
inline unsigned backlog_of(const Fd& listener) {
    return info_of(listener).tcpi_sacked;
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

}  // namespace waymark::demo
