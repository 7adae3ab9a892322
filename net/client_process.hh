// One process for each client: the oldest design of a server. A crash costs one client, and the
// system takes back whatever a conversation has opened. fork(2) copies every descriptor, so each of
// the two processes holds what is the other's: a client that is served hears no end of the
// conversation while the parent holds the connection as well, and the port stays taken while one
// child holds the listener.

#pragma once

#include <sys/types.h>

#include <functional>

#include "daemon/children.hh"
#include "net/listener.hh"

namespace waymark::net {

// Runs in a process of its own; what it returns is the exit status (daemon/children).
using ServeClient = std::function<int(Fd client, const Address& peer)>;

// Starts a child of `children` that closes its copies of the listener's descriptors and runs
// `serve` with the client, which was accepted. In this process the listener is as it was, and
// client.socket is closed and owns nothing: the child alone holds the connection. Gives the child's
// number. Throws std::system_error if fork(2) fails; then client.socket is still open and the
// caller's, who may hang up or serve it otherwise.
pid_t serve_in_child(daemon::Children& children, Listener& listener, AcceptResult& client,
                     const ServeClient& serve);

}  // namespace waymark::net
