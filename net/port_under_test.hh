// For tests and demos: a port that stays free until it is wanted, and a network in which few ports
// are.

#pragma once

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

namespace waymark::net {

// A port that the kernel has chosen for one address may be another program's at the next: as a
// listener's, or as a client's own. A test that wants it at both families, or a second time, takes
// it beforehand. While this lives the port is bound for both, with SO_REUSEADDR and without
// listening: the kernel gives it to nobody who asks for any port, and a listener with SO_REUSEADDR
// is let in beside (socket(7)). Ports that others have at one of the families are passed over.
// Throws std::system_error: EADDRINUSE when a hundred were.
class HeldPort {
  public:
    HeldPort() {
        constexpr std::size_t kMostTries = 100;
        // Kept until one is found, so that none is offered twice.
        std::vector<daemon::Fd> passed_over;
        while (!v4_) {
            v6_ = bound(Address::parse("[::]:0"));
            if (!v6_ || passed_over.size() == kMostTries)
                daemon::fail(EADDRINUSE, "bind", "a port of both families");
            number_ = local_address(v6_).port();
            v4_ = bound(Address::parse("0.0.0.0:0").with_port(number_));
            if (!v4_) passed_over.push_back(std::move(v6_));
        }
    }

    std::uint16_t number() const { return number_; }
    // "[::]:0" with this port.
    Address at(std::string_view host_and_zero) const {
        return Address::parse(host_and_zero).with_port(number_);
    }

  private:
    // Owns nothing if the address is in use.
    static daemon::Fd bound(const Address& address) {
        daemon::Fd socket(
            daemon::check(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        allow_address_reuse(socket);
        if (address.family() == AF_INET6) set_ipv6_only(socket, true);
        if (::bind(socket.get(), address.data(), address.size()) == 0) return socket;
        if (errno != EADDRINUSE) daemon::fail(errno, "bind", address.to_string());
        return {};
    }

    daemon::Fd v6_;
    daemon::Fd v4_;
    std::uint16_t number_ = 0;
};

// From now on, and for good in this process: a network with nothing but lo, where the kernel
// chooses ports of this range only ("40000 40009", ip(7)). False where the system lets nobody have
// one.
inline bool enter_own_network(std::string_view ports) {
    if (::unshare(::geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == -1)
        return false;
    const daemon::Fd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (::ioctl(any.get(), SIOCSIFFLAGS, &request) == -1) return false;
    std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
    return static_cast<bool>(range << ports << std::flush);
}

// What `body` gives in a process of its own with such a network: its exit status, -1 if a signal
// has ended it, and nothing, with a line that says so, where there is no network to be had.
inline std::optional<int> in_own_network(std::string_view ports, const std::function<int()>& body) {
    constexpr int kNoNetwork = 77;
    const pid_t child = daemon::check(::fork(), "fork");
    if (child == 0) ::_exit(enter_own_network(ports) ? body() : kNoNetwork);
    int status = 0;
    daemon::check(::waitpid(child, &status, 0), "waitpid");
    if (!WIFEXITED(status)) return -1;
    if (WEXITSTATUS(status) != kNoNetwork) return WEXITSTATUS(status);
    std::puts("SKIP: few ports: no network of one's own here");
    return {};
}

// For IPv4 alone, at 0.0.0.0, and for as long as they are kept. Of any port, the kernel offers the
// odd ones first: who asks for one of IPv6 gets one that is taken here.
inline std::vector<daemon::Fd> take_odd_ports(std::uint16_t first, std::uint16_t last) {
    std::vector<daemon::Fd> taken;
    for (int port = first | 1; port <= last; port += 2) {
        const Address address =
            Address::parse("0.0.0.0:0").with_port(static_cast<std::uint16_t>(port));
        daemon::Fd socket(
            daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        daemon::check(::bind(socket.get(), address.data(), address.size()), "bind",
                      address.to_string());
        daemon::check(::listen(socket.get(), 1), "listen", address.to_string());
        taken.push_back(std::move(socket));
    }
    return taken;
}

}  // namespace waymark::net
