// A listener in the abstract name space (unix(7)), of which no file is left.

#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"

namespace waymark::course::check {

struct UnixListener {
    explicit UnixListener(int backlog)
        : address(net::Address::parse("unix:@waymark-check-" + std::to_string(::getpid()))),
          socket(daemon::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
        daemon::check(::bind(socket.get(), address.data(), address.size()), "bind");
        daemon::check(::listen(socket.get(), backlog), "listen");
    }
    void fill() {
        filler = daemon::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        daemon::check(::connect(filler.get(), address.data(), address.size()), "connect");
    }
    void make_room() {
        accepted = daemon::Fd(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }

    net::Address address;
    daemon::Fd socket, filler, accepted;
};

}  // namespace waymark::course::check
