#include "relay.hh"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/acceptor.hh"
#include "net/connect_on_loop.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/socket_options.hh"
#include "net/task_group.hh"
#include "relay_connection.hh"
#include "relay_datagrams.hh"

namespace waymark::lab {

namespace {

using daemon::Deadline;
using daemon::Fd;
using net::Address;
using namespace std::chrono_literals;

constexpr std::size_t kMostConnections = 100;

struct Door {
    net::Listener tcp;
    Fd udp;
};

// Both on one port. That the kernel has found one free for TCP says nothing of UDP, so where it may
// choose it is asked again.
Door open_door(const Address& address) {
    constexpr int kMostTries = 50;
    for (int tries = 1;; ++tries) {
        net::Listener tcp(address);
        Fd udp(daemon::check(
            ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
        const Address& place = tcp.address();
        if (::bind(udp.get(), place.data(), place.size()) == 0)
            return {std::move(tcp), std::move(udp)};
        if (errno != EADDRINUSE || address.port() != 0 || tries == kMostTries)
            daemon::fail(errno, "bind UDP", place.to_string());
    }
}

class Relay final : private net::EventLoop::Watcher {
  public:
    Relay(net::EventLoop& loop, Door door, const Address& target, const RelayFaults& faults)
        : loop_(loop),
          target_(target),
          faults_(faults),
          datagrams_(loop, std::move(door.udp), target, faults),
          acceptor_(
              loop, std::move(door.tcp),
              [this](Fd socket, const Address& peer) { receive(std::move(socket), peer); },
              [](int error) {
                  daemon::print_error("lab", "accept: " + daemon::error_text(error));
              }) {
        gate_.on_room([this] { acceptor_.resume(); });
        loop_.add(signals_.fd(), EPOLLIN, *this);
    }
    ~Relay() {
        gate_.on_room({});  // the places that are given back from here on are for nobody
        loop_.remove(signals_.fd(), *this);
    }

  private:
    void receive(Fd socket, const Address& peer) {
        net::ConnectionGate::Entry entry = gate_.enter(peer);
        if (entry.admission == net::Admission::refused) return;
        if (!gate_.has_room()) acceptor_.pause();
        tasks_.start(connect(std::move(socket), std::move(entry.slot)));
    }

    net::Task<void> connect(Fd client, net::ConnectionGate::Slot slot) {
        net::ConnectOnLoop connecting(loop_, std::span(&target_, 1), Deadline::after(10s));
        net::ConnectResult target = co_await connecting;
        if (!target.socket) {
            daemon::print_error("lab", "relay: " + target.error_text());
            net::reset_on_close(client);  // the nearest to "refused" that is left
            co_return;
        }
        for (const Fd* const socket : {&std::as_const(client), &std::as_const(target.socket)})
            net::send_without_delay(*socket);
        relay_connection(loop_, tasks_, faults_, std::move(client), std::move(target.socket),
                         std::move(slot));
    }

    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (signals_.next()) took = true;
        if (took) loop_.stop();
        return took;
    }

    net::EventLoop& loop_;
    const Address target_;
    const RelayFaults& faults_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT};
    net::ConnectionGate gate_{{.soft = kMostConnections,
                               .hard = kMostConnections,
                               .per_network = kMostConnections,
                               .early_drop = {}}};
    RelayedDatagrams datagrams_;
    net::Acceptor acceptor_;
    // Last: it is destroyed first, with the connections in it, and they use all of the above.
    net::TaskGroup tasks_{
        [](std::exception_ptr error) { daemon::print_error("lab", daemon::message_of(error)); }};
};

}  // namespace

int run_relay(const Address& listen, const Address& target, const RelayFaults& faults) {
    if (!listen.is_ip() || !listen.is_loopback())
        throw daemon::UsageError(fmt::format(
            "relay: {}: others could come in there; listen at 127.0.0.1:0", listen.to_string()));
    if (!target.is_ip() || target.port() == 0)
        throw daemon::UsageError(fmt::format(
            "relay: {}: say where the server is, as 127.0.0.1:8080", target.to_string()));
    if (listen == target)
        throw daemon::UsageError(fmt::format(
            "relay: {}: from there to itself; the relay needs a port of its own, as 127.0.0.1:0",
            target.to_string()));
    daemon::ignore_sigpipe();
    net::EventLoop loop;
    Door door = open_door(listen);
    const std::string address = door.tcp.address().to_string();
    Relay relay(loop, std::move(door), target, faults);
    fmt::print("listening on {}\n", address);
    std::fflush(stdout);
    loop.run();
    return daemon::kExitOk;
}

}  // namespace waymark::lab
