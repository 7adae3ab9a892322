// The sockets at which others arrive, bound while the process still had the right to, with the
// files that one needs to serve at them, and which service gets which of them.

#pragma once

#include <vector>

#include "daemon/fd.hh"
#include "net/address.hh"
#include "services/service.hh"

namespace waymark::tracker {

struct ListeningSockets {
    std::vector<daemon::Fd> devices;
    std::vector<daemon::Fd> devices_tls;
    std::vector<daemon::Fd> web;
    std::vector<daemon::Fd> nmea_listeners;
    std::vector<daemon::Fd> nmea_datagrams;
    IdentityFiles identity = {};  // of web and devices_tls

    // Gives the service copies of its own.
    void hand_to(ServiceStart& start) const;
};

// All descriptors that the service was given, but for its channel.
std::vector<int> descriptors_of(const ServiceStart& start);

// A UDP socket, close-on-exec and non-blocking; "*" takes both families. Throws
// std::system_error that names the call and the address.
daemon::Fd bind_datagrams(const net::Address& address);

}  // namespace waymark::tracker
