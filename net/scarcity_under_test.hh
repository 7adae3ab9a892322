// For tests: memory that runs out at the n-th allocation from now, how much is in use, an epoll
// without places, and a kernel without memory for a message. The functions of the C++ and the C
// library are replaced in the program that includes this (once).

#pragma once

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace waymark::net::scarcity {

inline std::atomic<long> allocations_left = -1;  // below zero: as many as there are
inline std::atomic<bool> has_failed = false;
// As the heap has it, its own book-keeping included.
inline std::atomic<std::size_t> bytes_in_use = 0;
inline int epoll_error = 0;    // what the next additions to an epoll fail with
inline int sendmsg_error = 0;  // what the next messages fail with
inline int sendmsg_calls = 0;

// Only one allocation fails: what clears up after it has memory again, as in life it may.
inline void fail_allocation(long number) {
    allocations_left = number;
    has_failed = false;
}

}  // namespace waymark::net::scarcity

void* operator new(std::size_t size) {
    using namespace waymark::net::scarcity;
    if (allocations_left >= 0 && allocations_left-- == 0) {
        has_failed = true;
        throw std::bad_alloc();
    }
    void* const memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    bytes_in_use += ::malloc_usable_size(memory);
    return memory;
}
void operator delete(void* memory) noexcept {
    if (memory == nullptr) return;
    waymark::net::scarcity::bytes_in_use -= ::malloc_usable_size(memory);
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}

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
