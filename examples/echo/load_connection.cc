#include "load_connection.hh"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

namespace waymark::echo {

namespace {

using daemon::Deadline;
using net::Address;
using net::Outcome;

constexpr unsigned kSources = 16;
constexpr std::string_view kMessage =
    "sixty-four bytes that come back as they were sent, every time.\n\n";
static_assert(kMessage.size() == 64);

Address loopback(std::uint8_t last, std::uint16_t port) {
    const std::array<std::uint8_t, 4> bytes = {127, 0, 0, last};
    return Address::from_ip_bytes(bytes, port);
}

daemon::Fd connecting(std::uint16_t port, unsigned source) {
    daemon::Fd socket(
        daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
    // Lets the kernel choose the port when it knows both ends (ip(7)).
    const int late = 1;
    daemon::check(
        ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof late),
        "setsockopt IP_BIND_ADDRESS_NO_PORT");
    const Address own = loopback(static_cast<std::uint8_t>(1 + source % kSources), 0);
    daemon::check(::bind(socket.get(), own.data(), own.size()), "bind", own.to_string());
    const Address peer = loopback(1, port);
    if (::connect(socket.get(), peer.data(), peer.size()) == -1 && errno != EINPROGRESS)
        daemon::fail(errno, "connect", peer.to_string());
    net::send_without_delay(socket);
    return socket;
}

}  // namespace

LoadConnection::LoadConnection(net::EventLoop& loop, std::uint16_t port, unsigned source)
    : stream_(loop, connecting(port, source)) {}

net::Task<bool> LoadConnection::ask() {
    const net::Transfer sent = co_await stream_.write_all(kMessage, std::chrono::hours(1));
    if (sent.outcome != Outcome::done) co_return false;
    std::array<char, kMessage.size()> answer;
    std::size_t count = 0;
    while (count < answer.size()) {
        const std::span<char> rest = std::span(answer).subspan(count);
        const net::Transfer got = co_await stream_.read_some(rest, Deadline::never());
        if (got.outcome != Outcome::done) co_return false;
        count += got.bytes;
    }
    co_return std::string_view(answer.data(), count) == kMessage;
}

}  // namespace waymark::echo
