// The addresses of the server, bound: what a start does first, for it may take root's rights.

#pragma once

#include <vector>

#include "net/address.hh"
#include "services/listening_sockets.hh"
#include "settings.hh"

namespace waymark::tracker {

struct OpenListeners {
    ListeningSockets sockets;
    std::vector<net::Address> devices;  // as bound: port 0 has become a real one
    std::vector<net::Address> web;
    std::vector<net::Address> nmea;
};

// Throws net::ListenError and std::system_error that name the address.
OpenListeners open_listeners(const Settings& settings);

}  // namespace waymark::tracker
