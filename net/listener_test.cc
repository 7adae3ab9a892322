#include "net/listener.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "net/clients_under_test.hh"
#include "net/connect.hh"
#include "net/port_under_test.hh"
#include "net/socket_options.hh"
#include "net/streams_under_test.hh"
#include "net/timed_io.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

Address at(std::string_view text) {
    return Address::parse(text);
}

bool has_flag(const Fd& fd, int command, int flag) {
    return (::fcntl(fd.get(), command) & flag) != 0;
}

// While it lives, the next descriptor would be one too many.
class DescriptorsUsedUp {
  public:
    DescriptorsUsedUp() {
        ::getrlimit(RLIMIT_NOFILE, &previous_);
        const Fd next(check(::dup(0), "dup"));
        const rlimit low{static_cast<rlim_t>(next.get()), previous_.rlim_max};
        check(::setrlimit(RLIMIT_NOFILE, &low), "setrlimit");
    }
    ~DescriptorsUsedUp() { ::setrlimit(RLIMIT_NOFILE, &previous_); }

  private:
    rlimit previous_{};
};

std::string error_of(const Address& address) {
    try {
        const Listener listener(address);
        return "listens on " + listener.address().to_string();
    } catch (const ListenError& error) {
        return error.what();
    }
}

bool is_refused(const Address& address, std::string_view words) {
    return error_of(address).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("port 0 becomes a real port, at which clients are accepted with their address") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        CAPTURE(text);
        Listener listener(at(text));
        CHECK(listener.address().port() != 0);
        const Fd client = connect_client(listener.address());
        const AcceptResult result = accept_soon(listener);
        CHECK(result.status == AcceptStatus::accepted);
        CHECK(result.peer == local_address(client));
        CHECK(has_flag(result.socket, F_GETFL, O_NONBLOCK));
        CHECK(has_flag(result.socket, F_GETFD, FD_CLOEXEC));
        CHECK(has_flag(listener.fd(), F_GETFL, O_NONBLOCK));
        CHECK(has_flag(listener.fd(), F_GETFD, FD_CLOEXEC));
    }
}

TEST_CASE("when nobody waits, accept comes back at once") {
    Listener listener(at("127.0.0.1:0"));
    CHECK(listener.accept_one().status == AcceptStatus::would_block);
    const Fd client = connect_client(listener.address());
    CHECK(accept_soon(listener).status == AcceptStatus::accepted);
    CHECK(listener.accept_one().status == AcceptStatus::would_block);
}

TEST_CASE("a client that left before it was accepted harms nobody") {
    Listener listener(at("127.0.0.1:0"));
    Fd client = connect_client(listener.address());
    reset_on_close(client);
    client.reset();
    const AcceptStatus status = accept_soon(listener).status;
    CHECK((status == AcceptStatus::accepted || status == AcceptStatus::again));
    const Fd second = connect_client(listener.address());
    CHECK(accept_soon(listener).status == AcceptStatus::accepted);
}

TEST_CASE("the address of all takes both families") {
    Listener listener(at("*:0"));
    const std::uint16_t port = listener.address().port();
    const Fd first = connect_client(at("127.0.0.1:0").with_port(port));
    const AcceptResult result = accept_soon(listener);
    CHECK(result.peer.family() == AF_INET6);
    CHECK(result.peer.unmapped() == local_address(first));
    const Fd second = connect_client(at("[::1]:0").with_port(port));
    CHECK(accept_soon(listener).peer == local_address(second));
}

TEST_CASE("IPv6 alone leaves the port to IPv4") {
    const HeldPort port;
    Listener listener(port.at("[::]:0"), Families::ipv6_only);
    const Address v4 = port.at("127.0.0.1:0");
    CHECK(connect_to(v4, long_deadline()).status == ConnectStatus::refused);
    Listener beside(v4);
    const Fd client = connect_client(v4);
    CHECK(accept_soon(beside).status == AcceptStatus::accepted);
}

TEST_CASE("a port is held for both families also where IPv4 has each that is offered first") {
    const std::optional<int> seen = in_own_network("40000 40063", [] {
        const std::vector<Fd> taken = take_odd_ports(40000, 40063);
        // Without it: the kernel's choice for IPv6 alone is in use for IPv4.
        const Listener offered(at("[::]:0"), Families::ipv6_only);
        const std::uint16_t port = offered.address().port();
        if (error_of(at("0.0.0.0:0").with_port(port)).find("already in use") == std::string::npos)
            return 1;
        const HeldPort held;
        // Nobody else gets it, but for who asks for this very one with SO_REUSEADDR.
        const Fd plain(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const Address same = held.at("127.0.0.1:0");
        if (::bind(plain.get(), same.data(), same.size()) == 0) return 2;
        const Listener six(held.at("[::]:0"), Families::ipv6_only);
        const Listener four(held.at("0.0.0.0:0"));
        return 0;
    });
    CHECK(seen.value_or(0) == 0);
}

TEST_CASE("a port in use is refused with the address and advice") {
    const Listener first(at("127.0.0.1:0"));
    CHECK(error_of(first.address()) ==
          "bind " + first.address().to_string() +
              ": Address already in use; stop the program that has it (see: ss -ltnp) or choose "
              "another port");
}

TEST_CASE("a server starts again although old connections are in TIME_WAIT") {
    Address address;
    {
        Listener listener(at("127.0.0.1:0"));
        address = listener.address();
        const Fd client = connect_client(address);
        AcceptResult result = accept_soon(listener);
        // Who closes first waits.
        result.socket.reset();
        std::byte byte{};
        CHECK(read_some(client, std::span(&byte, 1), long_deadline()).status == IoStatus::end);
    }
    const Fd plain(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(::bind(plain.get(), address.data(), address.size()) == -1);  // without the option
    CHECK(error_of(address) == "listens on " + address.to_string());
}

TEST_CASE("an address that is not this machine's is refused") {
    const Address elsewhere = at("192.0.2.1:0");
    CHECK(is_refused(elsewhere, "bind 192.0.2.1:0: Cannot assign requested address"));
    CHECK(is_refused(elsewhere, "does not have that address"));
}

TEST_CASE("the queue is as long as asked for") {
    const auto queue_of = [](const Listener& listener) {
        tcp_info info{};
        socklen_t size = sizeof info;
        check(::getsockopt(listener.fd().get(), IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
        return static_cast<int>(info.tcpi_sacked);  // of a listening socket: its backlog
    };
    int longest = 0;
    std::ifstream("/proc/sys/net/core/somaxconn") >> longest;
    CHECK(queue_of(Listener(at("127.0.0.1:0"))) == std::min(Listener::kBacklog, longest));
    CHECK(queue_of(Listener(at("127.0.0.1:0"), Families::both, 7)) == 7);
}

TEST_CASE("without descriptors one client is hung up on, and the rest wait") {
    Listener listener(at("127.0.0.1:0"));
    const Fd first = connect_client(listener.address());
    const Fd second = connect_client(listener.address());
    CHECK(wait_readable(listener.fd(), long_deadline()) == Ready::ready);
    const int before = count_open_descriptors();
    {
        const DescriptorsUsedUp used_up;
        const AcceptResult result = listener.accept_one();
        CHECK(result.status == AcceptStatus::exhausted);
        CHECK(result.error_number == EMFILE);
        CHECK(result.dropped);
        CHECK_FALSE(result.socket);
    }
    std::byte byte{};
    CHECK(read_some(first, std::span(&byte, 1), long_deadline()).status == IoStatus::end);
    CHECK(count_open_descriptors() == before);
    const AcceptResult result = accept_soon(listener);
    CHECK(result.status == AcceptStatus::accepted);
    CHECK(result.peer == local_address(second));
}

TEST_CASE("the spare descriptor serves more than once") {
    Listener listener(at("127.0.0.1:0"));
    std::vector<Fd> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(connect_client(listener.address()));
    const DescriptorsUsedUp used_up;
    for (int i = 0; i < 3; ++i) CHECK(accept_soon(listener).dropped);
    CHECK_FALSE(listener.accept_one().dropped);
}

TEST_CASE("a listener is taken over from a parent") {
    Fd socket(check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
    const Address any = at("127.0.0.1:0");
    check(::bind(socket.get(), any.data(), any.size()), "bind");
    check(::listen(socket.get(), 5), "listen");
    Listener listener = Listener::adopt(std::move(socket));
    CHECK(has_flag(listener.fd(), F_GETFL, O_NONBLOCK));
    CHECK(has_flag(listener.fd(), F_GETFD, FD_CLOEXEC));
    const Fd client = connect_client(listener.address());
    CHECK(accept_soon(listener).peer == local_address(client));
}

TEST_CASE("what does not listen cannot be taken over") {
    CHECK_THROWS_AS(Listener::adopt(std::move(make_socket_pair(SOCK_STREAM).first)),
                    std::system_error);
    CHECK_THROWS_AS(Listener::adopt(std::move(make_pipe().reading)), std::system_error);
    CHECK_THROWS_AS(Listener::adopt(Fd()), std::system_error);
    Fd packets(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const sockaddr_un anywhere{AF_UNIX, {}};
    REQUIRE(::bind(packets.get(), reinterpret_cast<const sockaddr*>(&anywhere),
                   sizeof anywhere.sun_family) == 0);
    REQUIRE(::listen(packets.get(), 1) == 0);
    CHECK_THROWS_AS(Listener::adopt(std::move(packets)), std::system_error);
}

TEST_CASE("an errno of accept ends a server only when the listener is broken") {
    for (const int number : {EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN,
                             ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH})
        CHECK(classify_accept_error(number) == AcceptErrorKind::again);
    for (const int number : {EMFILE, ENFILE, ENOBUFS, ENOMEM})
        CHECK(classify_accept_error(number) == AcceptErrorKind::exhausted);
    CHECK(classify_accept_error(EAGAIN) == AcceptErrorKind::would_block);
    for (const int number : {EBADF, EINVAL, ENOTSOCK, EFAULT})
        CHECK(classify_accept_error(number) == AcceptErrorKind::failure);
}

TEST_CASE("advice is given for what a person can change") {
    CHECK(listen_advice(EACCES, at("127.0.0.1:80")).find("below 1024") != std::string_view::npos);
    CHECK(listen_advice(EACCES, at("unix:/a")).find("folder") != std::string_view::npos);
    CHECK(listen_advice(EAFNOSUPPORT, at("*:80")).find("0.0.0.0") != std::string_view::npos);
}
