// Root for one call: a server binds port 80, and then is nobody for good. Port 80 is that of a
// network of the demo's own.
//
// Look at who the process is before and after, and at what it can do no more.

#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

// Where the credentials are made up, so is what bind(2) says of them (capabilities(7)), and the
// port is one that is free.
std::string try_to_bind(const Fd& socket, std::uint16_t port) {
    const auto* const made_up = MadeUpCredentials::current();
    if (made_up && !made_up->now.can(CAP_NET_BIND_SERVICE)) return error_text(EACCES);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(made_up ? 0 : port);
    return in_words(
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

Fd make_socket() {
    return Fd(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

//#region once
void serve() {
    const Fd listener = make_socket();
    fmt::print("1. {}\n", who());                                       //@ 1
    fmt::print("   bind to port 80: {}\n", try_to_bind(listener, 80));  //@ 2
    end_step();
    drop_permanently("nobody");  //@ 3
    fmt::print("2. {}\n", who());
    const Fd other = make_socket();
    fmt::print("   bind to port 81: {}\n", try_to_bind(other, 81));                   //@ 4
    fmt::print("   setuid(0): {}\n", in_words(::setuid(0)));                          //@ 5
    fmt::print("   listen at port 80: {}\n", in_words(::listen(listener.get(), 5)));  //@ 6
}
//#endregion once

}  // namespace

int main() {
    say_if_made_up();
    const bool own_network = kIsRoot && ::unshare(CLONE_NEWNET) == 0;
    if (kIsRoot && !own_network)
        fmt::print("(no network of its own: the credentials are made up)\n");
    as_root([](ChildSteps&) { serve(); }, !own_network);
}
