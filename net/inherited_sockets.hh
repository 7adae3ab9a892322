// Sockets that a service manager has opened before it started us (sd_listen_fds(3)). The manager
// binds port 80, so that the service needs no root; it holds the socket while the service is
// started anew, so that clients wait in the queue and none is refused.
//
// The manager says so in the environment: LISTEN_PID is the process that is meant, LISTEN_FDS how
// many descriptors there are, from 3 on, LISTEN_FDNAMES their names, with colons between them. The
// variables are inherited by everybody; LISTEN_PID is what tells a service from its children.

#pragma once

#include <string>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::net {

struct InheritedSocket {
    daemon::Fd socket;  // close-on-exec; give a listening one to Listener::adopt()
    std::string name;   // "unknown" if there is no LISTEN_FDNAMES; one in it may be empty
};

// What this process was given, in the manager's order; nothing if LISTEN_PID or LISTEN_FDS is
// missing, or LISTEN_PID names another process. Takes the variables out of the environment in any
// case, so that no program that we start believes them, and a second call gives nothing. Call it
// before the program opens files and before there are threads. Throws daemon::UsageError, which
// names the variable, if one is no number, if there are more or fewer names than sockets, or if a
// descriptor is not open. Once the count is known (10,000 at most), those that are open are then
// closed.
std::vector<InheritedSocket> take_inherited_sockets();

}  // namespace waymark::net
