// The addresses of the server, bound: what a start does first, for it may take root's rights. A
// service manager may have bound them before (net/inherited_sockets): the server then needs no
// rights, and who comes while it is started anew waits.

#pragma once

#include <string>
#include <vector>

#include "daemon/log.hh"
#include "net/address.hh"
#include "net/socket_file.hh"
#include "services/listening_sockets.hh"
#include "settings.hh"
#include "welcome.hh"

namespace waymark::tracker {

// What a service manager has opened for us, by the names that it gave them.
struct GivenListeners {
    std::vector<daemon::Fd> devices;
    std::vector<daemon::Fd> devices_tls;
    std::vector<daemon::Fd> web;
    std::vector<std::string> overruled;  // settings that say other addresses than these

    // For daemonize(), which closes all others.
    std::vector<int> descriptors() const;
};

// Takes them, and puts their addresses in the place of those in `settings`, so that what holds for
// an address that others can reach holds for these. To be called before there are threads. Throws
// UsageError for a socket that is not named "devices", "devices-tls" or "web", and what
// net::take_inherited_sockets() and Listener::adopt() throw.
GivenListeners take_given_listeners(Settings& settings);

struct OpenListeners {
    ListeningSockets sockets;
    ServedAddresses served;
    std::vector<net::Address> nmea;
    std::vector<net::SocketFile> files;  // of those that we bound, to be removed at the end
    std::vector<std::string> overruled;  // as in GivenListeners
};

// Binds what was not given. Throws net::ListenError and std::system_error that name the address.
OpenListeners open_listeners(const Settings& settings, GivenListeners given = {});

// A person who has written an address into the settings, and finds nobody there, reads why.
void warn_of_overruled(const OpenListeners& open, daemon::Log& log);

}  // namespace waymark::tracker
