#include "socket_calls.hh"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lessons/course/check/real_call.hh"

namespace waymark::course::check {

namespace {

struct Record {
    bool is_kept = false;
    std::vector<NotedCall> calls;
    SocketCall fails = SocketCall::none;
    int error = 0;
    int after = 0;
};
Record record;

int count_in_record(SocketCall call) {
    return static_cast<int>(std::ranges::count(record.calls, call, &NotedCall::call));
}

// Notes the call; true, with errno set, if it is the one that fails.
bool fails_now(NotedCall call) {
    if (!record.is_kept) return false;
    const int before = count_in_record(call.call);
    record.calls.push_back(call);
    if (call.call != record.fails || before != record.after) return false;
    errno = record.error;
    return true;
}

}  // namespace

SocketCalls::SocketCalls() {
    record = Record{};
    record.calls.reserve(100);
    record.is_kept = true;
}

SocketCalls::~SocketCalls() {
    record = Record{};
}

void SocketCalls::fail(SocketCall call, int error, int after) {
    record.fails = call;
    record.error = error;
    record.after = after;
}

const std::vector<NotedCall>& SocketCalls::all() const {
    return record.calls;
}

int SocketCalls::count(SocketCall call) const {
    return count_in_record(call);
}

std::string name_of(SocketCall call) {
    switch (call) {
        case SocketCall::socket:
            return "socket";
        case SocketCall::bind:
            return "bind";
        case SocketCall::listen:
            return "listen";
        case SocketCall::setsockopt:
            return "setsockopt";
        case SocketCall::shutdown:
            return "shutdown";
        case SocketCall::none:
            break;
    }
    return "";
}

}  // namespace waymark::course::check

using waymark::course::check::fails_now;
using waymark::course::check::real_call;
using waymark::course::check::SocketCall;

extern "C" {

int socket(int family, int type, int protocol) noexcept {
    static auto* const real = real_call<int(int, int, int)>("socket");
    if (fails_now({SocketCall::socket, type, family, 0})) return -1;
    return real(family, type, protocol);
}

int bind(int fd, const sockaddr* address, socklen_t length) noexcept {
    static auto* const real = real_call<int(int, const sockaddr*, socklen_t)>("bind");
    return fails_now({SocketCall::bind, 0, 0, 0}) ? -1 : real(fd, address, length);
}

int listen(int fd, int backlog) noexcept {
    static auto* const real = real_call<int(int, int)>("listen");
    return fails_now({SocketCall::listen, backlog, 0, 0}) ? -1 : real(fd, backlog);
}

int setsockopt(int fd, int level, int option, const void* value, socklen_t length) noexcept {
    static auto* const real = real_call<int(int, int, int, const void*, socklen_t)>("setsockopt");
    int number = 0;
    if (length >= sizeof number) std::memcpy(&number, value, sizeof number);
    if (fails_now({SocketCall::setsockopt, level, option, number})) return -1;
    return real(fd, level, option, value, length);
}

int shutdown(int fd, int which) noexcept {
    static auto* const real = real_call<int(int, int)>("shutdown");
    return fails_now({SocketCall::shutdown, 0, which, 0}) ? -1 : real(fd, which);
}

}  // extern "C"
