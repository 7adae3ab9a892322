// For tests and demos: listeners, ports that refuse, and a host that does not answer, on this
// machine.

#pragma once

#include <sys/socket.h>

#include <utility>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/socket_options.hh"
#include "net/timed_io.hh"

namespace waymark::net {

struct Server {
    daemon::Fd socket;
    Address address;
};

// Listens on `text`; without `listens` it only holds the port, so that connecting is refused.
inline Server make_server(const Address& where, bool listens = true, int backlog = 16) {
    daemon::Fd socket(
        daemon::check(::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    daemon::check(::bind(socket.get(), where.data(), where.size()), "bind", where.to_string());
    if (listens) daemon::check(::listen(socket.get(), backlog), "listen");
    const Address address = local_address(socket);
    return {std::move(socket), address};
}
inline Server make_server(const char* text, bool listens = true, int backlog = 16) {
    return make_server(Address::parse(text), listens, backlog);
}

// A listener whose queue is full drops what else arrives: to a client it is a host that does not
// answer.
//#region silent-server
struct SilentServer {
    Server server = make_server("127.0.0.1:0", true, 0);  // a backlog of 0 has room for one  //@ 1
    daemon::Fd filler{daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};

    SilentServer() {
        daemon::check(
            ::connect(filler.get(), server.address.data(), server.address.size()),  //@ 2..
            "connect");                                                             //@ ..2
        // It is in the queue, and nobody accepts it.
        wait_readable(server.socket, Deadline::never());  //@ 3
    }
};
//#endregion silent-server

}  // namespace waymark::net
