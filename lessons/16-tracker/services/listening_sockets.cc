#include "services/listening_sockets.hh"

#include <netinet/in.h>
#include <sys/socket.h>

#include "daemon/error.hh"
#include "net/listener.hh"

namespace waymark::tracker {
namespace {

void duplicate_all(const std::vector<daemon::Fd>& sockets, std::vector<daemon::Fd>& copies) {
    for (const daemon::Fd& socket : sockets) copies.push_back(socket.duplicate());
}

net::Address address_of(const daemon::Fd& listener) {
    return net::Listener::adopt(listener.duplicate()).address();
}

}  // namespace

void ListeningSockets::hand_to(ServiceStart& start) const {
    start.target = address_of(devices.front());
    if (!devices_tls.empty()) start.tls_target = address_of(devices_tls.front());
    if (start.kind == ServiceKind::web_app) {
        duplicate_all(web, start.listeners);
        start.identity = identity.duplicate();
    }
    if (start.kind != ServiceKind::receiver) return;
    duplicate_all(devices, start.listeners);
    duplicate_all(devices_tls, start.tls_listeners);
    if (!devices_tls.empty()) start.identity = identity.duplicate();
    duplicate_all(nmea_listeners, start.nmea_listeners);
    duplicate_all(nmea_datagrams, start.nmea_datagrams);
}

std::vector<int> descriptors_of(const ServiceStart& start) {
    std::vector<int> descriptors;
    for (const auto* sockets :
         {&start.listeners, &start.tls_listeners, &start.nmea_listeners, &start.nmea_datagrams})
        for (const daemon::Fd& socket : *sockets) descriptors.push_back(socket.get());
    if (start.identity)
        descriptors.insert(descriptors.end(),
                           {start.identity.chain.get(), start.identity.key.get()});
    return descriptors;
}

daemon::Fd bind_datagrams(const net::Address& address) {
    const int family = address.data()->sa_family;
    daemon::Fd socket(daemon::check(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                                    "socket", address.to_string()));
    if (family == AF_INET6) {
        const int no = 0;
        daemon::check(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no),
                      "setsockopt", "IPV6_V6ONLY");
    }
    daemon::check(::bind(socket.get(), address.data(), address.size()), "bind (UDP)",
                  address.to_string());
    return socket;
}

}  // namespace waymark::tracker
