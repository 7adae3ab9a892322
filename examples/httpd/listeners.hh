// The sockets at which httpd waits for clients: those that a service manager has opened
// (sd_listen_fds(3)), else those that it binds itself.

#pragma once

#include <vector>

#include "net/listener.hh"
#include "net/socket_file.hh"
#include "options.hh"

namespace waymark::httpd {

// Before there are threads and before the user is changed. Appends to `files` those of Unix sockets
// that it has bound, to be removed at the end. Throws UsageError or std::system_error.
std::vector<net::Listener> open_listeners(const Options& options,
                                          std::vector<net::SocketFile>& files);

// "listening on http://ADDRESS/", or https, a line for each, once somebody accepts there.
void tell_addresses(const std::vector<net::Listener>& listeners, bool is_secured);

}  // namespace waymark::httpd
