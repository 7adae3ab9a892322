// A listening socket for the demos, without a name in any file system: the kernel chooses one in
// the abstract name space of Unix sockets (unix(7), "Autobind feature"). A port of TCP would do as
// well; lesson 07 will be about addresses.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::demo {

class Counter {
  public:
    Counter() : socket_(daemon::check(::socket(AF_UNIX, kStream, 0), "socket")) {
        sockaddr_un family_only{};
        family_only.sun_family = AF_UNIX;
        daemon::check(::bind(socket_.get(), as_address(&family_only), sizeof(sa_family_t)), "bind");
        daemon::check(::listen(socket_.get(), SOMAXCONN), "listen");
        daemon::check(::getsockname(socket_.get(), as_address(&name_), &length_), "getsockname");
    }

    const daemon::Fd& listener() const { return socket_; }

    // A client in the queue of the listener.
    daemon::Fd connect() {
        daemon::Fd client(daemon::check(::socket(AF_UNIX, kStream, 0), "socket"));
        daemon::check(::connect(client.get(), as_address(&name_), length_), "connect");
        return client;
    }

  private:
    static constexpr int kStream = SOCK_STREAM | SOCK_CLOEXEC;
    static sockaddr* as_address(sockaddr_un* name) { return reinterpret_cast<sockaddr*>(name); }

    daemon::Fd socket_;
    sockaddr_un name_{};
    socklen_t length_ = sizeof name_;
};

}  // namespace waymark::demo
