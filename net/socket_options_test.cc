#include "net/socket_options.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include "daemon/error.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

Fd tcp_socket(int family = AF_INET) {
    return Fd(check(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

int option(const Fd& socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    check(::getsockopt(socket.get(), level, name, &value, &size), "getsockopt");
    return value;
}

void bind_to(const Fd& socket, const char* text) {
    const Address address = Address::parse(text);
    check(::bind(socket.get(), address.data(), address.size()), "bind", text);
}

template <class Call>
int errno_of(Call call) {
    try {
        call();
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

// Three ends of one connection over 127.0.0.1.
struct Connection {
    Fd listening = tcp_socket();
    Fd client = tcp_socket();
    Fd server;

    Connection() {
        bind_to(listening, "127.0.0.1:0");
        check(::listen(listening.get(), 1), "listen");
        const Address to = local_address(listening);
        check(::connect(client.get(), to.data(), to.size()), "connect");
        server = Fd(check(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
    }
};

}  // namespace

TEST_CASE("each option reaches the kernel") {
    const Fd socket = tcp_socket();
    CHECK(option(socket, SOL_SOCKET, SO_REUSEADDR) == 0);
    allow_address_reuse(socket);
    CHECK(option(socket, SOL_SOCKET, SO_REUSEADDR) == 1);
    CHECK(option(socket, IPPROTO_TCP, TCP_NODELAY) == 0);
    send_without_delay(socket);
    CHECK(option(socket, IPPROTO_TCP, TCP_NODELAY) != 0);
    limit_unacknowledged(socket, 20s);
    CHECK(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == 20'000);
    set_receive_buffer(socket, 20'000);
    CHECK(option(socket, SOL_SOCKET, SO_RCVBUF) == 40'000);
    set_send_buffer(socket, 30'000);
    CHECK(option(socket, SOL_SOCKET, SO_SNDBUF) == 60'000);
}

TEST_CASE("a time that an int cannot hold is never cut to a short one") {
    const Fd socket = tcp_socket();
    limit_unacknowledged(socket, std::chrono::milliseconds(std::int64_t{1} << 32));
    CHECK(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == INT_MAX);
    const auto too_long = std::chrono::seconds((std::int64_t{1} << 32) + 1);
    CHECK(errno_of([&] { keep_alive(socket, {.idle = too_long}); }) == EINVAL);
}

TEST_CASE("keepalive is switched on together with its times") {
    const Fd socket = tcp_socket();
    keep_alive(socket, {.idle = 7s, .interval = 3s, .probes = 2});
    CHECK(option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPIDLE) == 7);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPINTVL) == 3);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPCNT) == 2);
}

TEST_CASE("one family or both is said, not left to the system") {
    const Fd socket = tcp_socket(AF_INET6);
    for (const bool only : {true, false, true}) {
        set_ipv6_only(socket, only);
        CHECK(option(socket, IPPROTO_IPV6, IPV6_V6ONLY) == (only ? 1 : 0));
    }
}

TEST_CASE("an option that does not fit the socket is refused aloud") {
    CHECK(errno_of([] { set_ipv6_only(tcp_socket(AF_INET), true); }) == ENOPROTOOPT);
    const SocketPair pair = make_socket_pair(SOCK_STREAM);
    CHECK(errno_of([&] { send_without_delay(pair.first); }) == EOPNOTSUPP);
    const Pipe pipe = make_pipe();
    CHECK(errno_of([&] { allow_address_reuse(pipe.reading); }) == ENOTSOCK);
}

TEST_CASE("both ends of a connection know their addresses") {
    const Connection connection;
    CHECK(local_address(connection.listening).port() != 0);
    CHECK(local_address(connection.server) == local_address(connection.listening));
    CHECK(peer_address(connection.client) == local_address(connection.server));
    CHECK(peer_address(connection.server) == local_address(connection.client));
    CHECK(errno_of([&] { peer_address(connection.listening); }) == ENOTCONN);
    CHECK(is_listening(connection.listening));
    CHECK_FALSE(is_listening(connection.client));
}

TEST_CASE("a socket pair has addresses without a name") {
    const SocketPair pair = make_socket_pair(SOCK_STREAM);
    CHECK(local_address(pair.first).to_string() == "unix:");
    CHECK(peer_address(pair.first).family() == AF_UNIX);
}

TEST_CASE("a reset is a pending error, told once") {
    Connection connection;
    CHECK(pending_error(connection.client) == 0);
    reset_on_close(connection.server);
    connection.server.reset();
    pollfd waiting{connection.client.get(), POLLIN, 0};
    CHECK(::poll(&waiting, 1, 5000) == 1);
    CHECK(pending_error(connection.client) == ECONNRESET);
    CHECK(pending_error(connection.client) == 0);
}

TEST_CASE("without reset_on_close a close is an orderly end") {
    Connection connection;
    connection.server.reset();
    pollfd waiting{connection.client.get(), POLLIN, 0};
    CHECK(::poll(&waiting, 1, 5000) == 1);
    CHECK(pending_error(connection.client) == 0);
}

TEST_CASE("a socket that is connected with itself has been refused") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        CAPTURE(text);
        const Fd socket = tcp_socket(Address::parse(text).family());
        bind_to(socket, text);
        const Address own = local_address(socket);
        CHECK(pending_error(socket) == 0);
        REQUIRE(::connect(socket.get(), own.data(), own.size()) == 0);
        CHECK(pending_error(socket) == ECONNREFUSED);
        CHECK(pending_error(socket) == ECONNREFUSED);
    }
    // Both ends of a pair have the same address, which is none; a datagram may be for oneself.
    CHECK(pending_error(make_socket_pair(SOCK_STREAM).first) == 0);
    const Fd datagrams(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    bind_to(datagrams, "127.0.0.1:0");
    const Address own = local_address(datagrams);
    REQUIRE(::connect(datagrams.get(), own.data(), own.size()) == 0);
    CHECK(pending_error(datagrams) == 0);
}
