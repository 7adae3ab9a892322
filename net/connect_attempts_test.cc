#include "net/connect_attempts.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "net/port_under_test.hh"
#include "net/silent_under_test.hh"
#include "net/streams_under_test.hh"

using namespace waymark::net;
using waymark::daemon::count_open_descriptors;
using waymark::daemon::fail;
using waymark::daemon::Fd;

namespace {

// How a connection goes that is asked for again and again, by what waiting() and look_again() say.
ConnectResult run(ConnectAttempts& attempts) {
    for (attempts.advance(); !attempts.is_over(); attempts.advance()) {
        std::vector<pollfd> sockets;
        for (const Fd* socket : attempts.waiting()) sockets.push_back({socket->get(), POLLOUT, 0});
        ::poll(sockets.data(), sockets.size(), attempts.look_again().poll_timeout());
    }
    return attempts.take_result(SocketMode::nonblocking);
}

}  // namespace

TEST_CASE("nothing waits: a host that is silent leaves a socket to wait for") {
    const SilentServer silent;
    const int before = count_open_descriptors();
    {
        ConnectAttempts attempts(std::vector(3, silent.server.address), Deadline::never());
        attempts.advance();
        CHECK_FALSE(attempts.is_over());
        REQUIRE(attempts.waiting().size() == 1);
        CHECK((::fcntl(attempts.waiting()[0]->get(), F_GETFD) & FD_CLOEXEC) != 0);
        CHECK_FALSE(attempts.look_again().is_never());
    }
    CHECK(count_open_descriptors() == before);
}

TEST_CASE("the attempts end with the listener, and with no other socket open") {
    const SilentServer silent;
    const Server refusing = make_server("127.0.0.1:0", false);
    const Server good = make_server("127.0.0.1:0");
    const int before = count_open_descriptors();
    const std::vector<Address> addresses = {silent.server.address, refusing.address, good.address};
    ConnectAttempts attempts(addresses, long_deadline());
    const ConnectResult result = run(attempts);
    CHECK(result.address == good.address);
    CHECK(attempts.waiting().empty());
    CHECK(count_open_descriptors() == before + 1);
}

TEST_CASE("addresses that cannot be used are over at once") {
    const std::vector<Address> addresses(3);
    ConnectAttempts attempts(addresses, Deadline::never());
    attempts.advance();
    REQUIRE(attempts.is_over());
    const ConnectResult result = attempts.take_result(SocketMode::blocking);
    CHECK(result.status == ConnectStatus::unreachable);
    REQUIRE(result.failures.size() == 3);
    CHECK(result.failures[2].error_number == EAFNOSUPPORT);
}

TEST_CASE("a port where nobody listens is refused also where clients have that port only") {
    const std::optional<int> seen = in_own_network("40000 40000", [] {
        const ConnectResult result = connect_to(Address::parse("127.0.0.1:40000"), long_deadline());
        return result.status == ConnectStatus::refused ? 0 : 1;
    });
    CHECK(seen.value_or(0) == 0);
}
