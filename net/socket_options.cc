#include "net/socket_options.hh"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "daemon/error.hh"

namespace waymark::net {

using daemon::check;

namespace {

void set(const Fd& socket, int level, int option, int value, const char* name) {
    check(::setsockopt(socket.get(), level, option, &value, sizeof value), "setsockopt", name);
}

int get(const Fd& socket, int level, int option, const char* name) {
    int value = 0;
    socklen_t size = sizeof value;
    check(::getsockopt(socket.get(), level, option, &value, &size), "getsockopt", name);
    return value;
}

// The kernel takes an int. More than it holds is the longest that it can be told, not what is left
// of the number when its upper half is cut off.
template <typename Duration>
int as_int(Duration time) {
    return static_cast<int>(std::clamp<std::intmax_t>(time.count(), INT_MIN, INT_MAX));
}

// getsockname and getpeername differ by name only. The length goes in as the room there is; left
// uninitialised, the kernel would write as much as the stack happens to say.
using AddressCall = int (*)(int, sockaddr*, socklen_t*);
Address ask_address(const Fd& socket, AddressCall call, const char* name) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    check(call(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size), name);
    return Address(reinterpret_cast<const sockaddr*>(&storage), size);
}

bool is_its_own_peer(const Fd& socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) == -1)
        return false;
    const Address peer(reinterpret_cast<const sockaddr*>(&storage), size);
    // The rarest is asked last.
    return peer.is_ip() && peer == local_address(socket) && type_of(socket) == SOCK_STREAM;
}

}  // namespace

void allow_address_reuse(const Fd& socket) {
    set(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
}

void set_ipv6_only(const Fd& socket, bool only) {
    set(socket, IPPROTO_IPV6, IPV6_V6ONLY, only ? 1 : 0, "IPV6_V6ONLY");
}

void send_without_delay(const Fd& socket) {
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
}

void keep_alive(const Fd& socket, const KeepAlive& times) {
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, as_int(times.idle), "TCP_KEEPIDLE");
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, as_int(times.interval), "TCP_KEEPINTVL");
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, times.probes, "TCP_KEEPCNT");
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
}

void limit_unacknowledged(const Fd& socket, std::chrono::milliseconds limit) {
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, as_int(limit), "TCP_USER_TIMEOUT");
}

void set_receive_buffer(const Fd& socket, int bytes) {
    set(socket, SOL_SOCKET, SO_RCVBUF, bytes, "SO_RCVBUF");
}

void set_send_buffer(const Fd& socket, int bytes) {
    set(socket, SOL_SOCKET, SO_SNDBUF, bytes, "SO_SNDBUF");
}

void reset_on_close(const Fd& socket) {
    const linger at_once{1, 0};
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "setsockopt",
          "SO_LINGER");
}

int pending_error(const Fd& socket) {
    const int error_number = get(socket, SOL_SOCKET, SO_ERROR, "SO_ERROR");
    return error_number == 0 && is_its_own_peer(socket) ? ECONNREFUSED : error_number;
}

bool is_listening(const Fd& socket) {
    return get(socket, SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN") != 0;
}

int family_of(const Fd& socket) {
    return get(socket, SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN");
}

int type_of(const Fd& socket) {
    return get(socket, SOL_SOCKET, SO_TYPE, "SO_TYPE");
}

Address local_address(const Fd& socket) {
    return ask_address(socket, ::getsockname, "getsockname");
}

Address peer_address(const Fd& socket) {
    return ask_address(socket, ::getpeername, "getpeername");
}

}  // namespace waymark::net
