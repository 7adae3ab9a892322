// A network of the demo's own: a namespace with one interface, lo, and an ear on it. Who makes it
// needs no root where the system lets users have namespaces (user_namespaces(7),
// network_namespaces(7)). It ends with the process, and nothing of it was ever seen outside.

#pragma once

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::demo {

class OwnNetwork {
  public:
    // Ends the program with a line that says why if the system refuses.
    OwnNetwork() {
        // For root a network alone is enough, and it works where users may have no namespaces.
        const int what = ::geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET;
        if (::unshare(what) == -1) {
            std::printf(
                "this system lets you have no network of your own (unshare: %s); run the "
                "demo as root\n",
                daemon::error_text(errno).c_str());
            std::exit(daemon::kExitSystem);
        }
        bring_up_loopback();
        ear_ = daemon::Fd(daemon::check(
            ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), "socket", "AF_PACKET"));
    }

    // The next frame, or none if nothing comes for a fifth of a second. On lo each is seen twice,
    // as it goes and as it comes; it is given once (packet(7)).
    std::vector<std::uint8_t> next_frame() const {
        pollfd readable{ear_.get(), POLLIN, 0};
        while (::poll(&readable, 1, 200) == 1) {
            std::vector<std::uint8_t> frame(65'536 + 14);
            sockaddr_ll from{};
            socklen_t size = sizeof from;
            const ssize_t length = ::recvfrom(ear_.get(), frame.data(), frame.size(), 0,
                                              reinterpret_cast<sockaddr*>(&from), &size);
            daemon::check(length, "recvfrom", "AF_PACKET");
            if (from.sll_pkttype == PACKET_OUTGOING) continue;
            frame.resize(static_cast<std::size_t>(length));
            return frame;
        }
        return {};
    }

  private:
    static void bring_up_loopback() {
        const daemon::Fd any(
            daemon::check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        ifreq request{};
        std::strcpy(request.ifr_name, "lo");
        request.ifr_flags = IFF_UP;
        daemon::check(::ioctl(any.get(), SIOCSIFFLAGS, &request), "ioctl", "lo");
    }

    daemon::Fd ear_;
};

// 127.0.0.1 with a port, for system calls.
inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace waymark::demo
