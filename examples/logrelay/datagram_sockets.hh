// The sockets at which messages arrive: UDP of both families, and a socket file in the place of
// /dev/log.

#pragma once

#include <string>

#include "daemon/fd.hh"
#include "net/address.hh"

namespace waymark::logrelay {

// Bound, non-blocking. "*:514" takes both families. What the process does not come round to take
// waits in the kernel, in a buffer as large as the system lets us have (net.core.rmem_max,
// socket(7)). Throws std::system_error, which names the address.
daemon::Fd open_udp(const net::Address& address);

// A socket file to which everybody on this machine may send (mode 0666), as it is with /dev/log. A
// file that an ended server has left is replaced; one at which somebody listens, and what is no
// socket, is not. Throws UsageError for a path that is too long, and std::system_error.
daemon::Fd open_local(const std::string& path);

}  // namespace waymark::logrelay
