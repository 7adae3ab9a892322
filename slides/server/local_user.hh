// Whose connection it is. On loopback the other end is a socket of this machine, and the kernel
// tells to whom that belongs (proc(5), /proc/net/tcp). Whatever a page knows, another user of the
// machine can read as well; so a demo, which runs as the server's user, is for that user and root
// only.

#pragma once

#include <sys/types.h>

#include <optional>

#include "net/address.hh"

namespace waymark::slides {

// The user whose socket has `peer` as its own address and is connected to `server`; both are
// needed, because a port serves several connections, each to another place. Nothing if there is
// none in our network, as for a peer on another machine, or if the kernel does not tell.
std::optional<uid_t> user_of(const net::Address& peer, const net::Address& server);

// Whether it is ours, or root's.
bool is_own_connection(const net::Address& peer, const net::Address& server);

}  // namespace waymark::slides
