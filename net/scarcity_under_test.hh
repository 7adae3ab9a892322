// For tests: what net/memory_under_test.hh has, an epoll without places, and a kernel without
// memory for a message. The functions of the C++ and the C library are replaced in the program that
// includes this (once).

#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "net/memory_under_test.hh"

namespace waymark::net::scarcity {

inline int epoll_error = 0;    // what the next additions to an epoll fail with
inline int sendmsg_error = 0;  // what the next messages fail with
inline int sendmsg_calls = 0;

}  // namespace waymark::net::scarcity

extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) noexcept {
    using namespace waymark::net::scarcity;
    ++sendmsg_calls;
    if (sendmsg_error == 0) return ::syscall(SYS_sendmsg, socket, message, flags);
    errno = sendmsg_error;
    return -1;
}

extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    if (operation == EPOLL_CTL_ADD && waymark::net::scarcity::epoll_error != 0) {
        errno = waymark::net::scarcity::epoll_error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, fd, event));
}
