#include "slides/server/local_user.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/fd.hh"
#include "net/listener.hh"

using namespace waymark;
using slides::is_own_connection;
using slides::user_of;

namespace {

constexpr uid_t kNobody = 65534;

struct Connected {
    daemon::Fd socket;
    net::Address address;  // of this end
};

Connected connect_to(const net::Listener& listener) {
    const net::Address server = listener.address();
    Connected made{daemon::Fd(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)), {}};
    REQUIRE(::connect(made.socket.get(), server.data(), server.size()) == 0);
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    REQUIRE(::getsockname(made.socket.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0);
    made.address = net::Address(reinterpret_cast<const sockaddr*>(&name), size);
    return made;
}

}  // namespace

TEST_CASE("the kernel tells whose connection it is, in both families") {
    for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
        const net::Listener listener(net::Address::parse(address));
        const Connected client = connect_to(listener);
        CHECK(user_of(client.address, listener.address()) == ::geteuid());
        CHECK(is_own_connection(client.address, listener.address()));
    }
}

TEST_CASE("who is not connected is nobody") {
    const net::Listener listener(net::Address::parse("127.0.0.1:0"));
    CHECK_FALSE(user_of(listener.address(), listener.address()));  // it listens only
    CHECK_FALSE(user_of(net::Address::parse("127.0.0.1:1"), listener.address()));
    CHECK_FALSE(user_of(net::Address::parse("192.0.2.1:80"), listener.address()));
    CHECK_FALSE(user_of(net::Address(), listener.address()));
    CHECK_FALSE(is_own_connection(net::Address::parse("192.0.2.1:80"), listener.address()));
}

TEST_CASE("of two connections from one port the one to the server counts") {
    const net::Listener listener(net::Address::parse("127.0.0.1:0"));
    const net::Listener other(net::Address::parse("127.0.0.1:0"));
    const Connected client = connect_to(listener);
    CHECK(user_of(client.address, listener.address()));
    CHECK_FALSE(user_of(client.address, other.address()));
}

TEST_CASE("another user's connection is not ours") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: another user's connection: needs root\n");
        return;
    }
    const net::Listener listener(net::Address::parse("127.0.0.1:0"));
    REQUIRE(::seteuid(kNobody) == 0);
    const Connected client = connect_to(listener);
    REQUIRE(::seteuid(0) == 0);
    CHECK(user_of(client.address, listener.address()) == kNobody);
    CHECK_FALSE(is_own_connection(client.address, listener.address()));
    REQUIRE(::seteuid(kNobody) == 0);
    CHECK(is_own_connection(client.address, listener.address()));
    const bool root_again = ::seteuid(0) == 0;
    CHECK(root_again);
}
