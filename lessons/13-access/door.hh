// A server's door and its clients, for the demos: all on addresses of this machine, 127.0.0.0/8.

#pragma once

#include <fmt/core.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "net/address.hh"
#include "net/listener.hh"

namespace waymark::demo {

using daemon::Fd;
using net::Address;
using net::Listener;

inline Address host(std::string_view text) {
    return Address::parse_ip(text).value();
}

// A client at `from`, or at an address of the kernel's choice; empty, with errno, if it is refused.
// The kernel makes the connection, so nobody needs to accept meanwhile.
inline Fd connect_from(const Address& from, const Address& to) {
    Fd client(daemon::check(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (from.is_ip()) daemon::check(::bind(client.get(), from.data(), from.size()), "bind");
    if (::connect(client.get(), to.data(), to.size()) == -1) return {};
    return client;
}

}  // namespace waymark::demo
