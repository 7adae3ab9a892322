// For tests: a client of a listener that is there, and the listener's end of it.

#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/listener.hh"
#include "net/streams_under_test.hh"
#include "net/timed_io.hh"

namespace waymark::net {

inline daemon::Fd connect_client(const Address& address) {
    daemon::Fd socket(
        daemon::check(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    daemon::check(::connect(socket.get(), address.data(), address.size()), "connect");
    return socket;
}

// Waits as an event loop does, so that no test depends on how fast a client arrives.
inline AcceptResult accept_soon(Listener& listener) {
    CHECK(wait_readable(listener.fd(), long_deadline()) == Ready::ready);
    return listener.accept_one();
}

}  // namespace waymark::net
