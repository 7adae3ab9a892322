// The service manager of this check: a socket, and what a service has said to it (sd_notify(3)).

#pragma once

#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/04-daemonize/slow_server.hh"

namespace waymark::course::check {

// What a service manager listens with, under an abstract name.
class ManagerSocket {
  public:
    ManagerSocket()
        : name_(fmt::format("waymark-check-{}", ::getpid())),
          socket_(waymark::daemon::check(
              ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
        const SocketName address(name_);
        waymark::daemon::check(::bind(socket_.get(), address.get(), address.length), "bind", name_);
    }
    std::string name() const { return "@" + name_; }
    // What has arrived; the sender has been heard from since, so nothing is on its way.
    std::string hear() const {
        char text[256];
        const ssize_t length = ::recv(socket_.get(), text, sizeof text, 0);
        return std::string(text, length > 0 ? static_cast<std::size_t>(length) : 0);
    }

  private:
    std::string name_;
    waymark::daemon::Fd socket_;
};

}  // namespace waymark::course::check
