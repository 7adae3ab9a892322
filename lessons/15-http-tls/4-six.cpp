// A browser opens six connections to a server at once, for a page with its pictures, and keeps
// them. Wrong: a server that serves one connection to its end. The browser keeps the first one for
// its next click, and five pictures wait for that. Right: an event loop, or a process or thread for
// each.
//
// Look at: who has an answer after the first connection has had twenty, and in which queue the
// others are.

#include <poll.h>

#include <array>

#include "site.hh"

using namespace waymark::demo;

namespace {

//#region one-by-one
int serve_one_by_one(const Listener& listener) {
    const int door = listener.fd().get();
    for (;;) {
        const int client = ::accept4(door, nullptr, nullptr, SOCK_CLOEXEC);  //@ 1
        if (client == -1) continue;
        const Fd socket(client);
        while (!receive_head(socket).empty())                                    //@ 2
            send_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n*");  //@ 2
    }
}
//#endregion one-by-one

void ask(const Fd& socket, std::size_t number) {
    send_text(socket, fmt::format("GET /picture/{} HTTP/1.1\r\nHost: demo\r\n\r\n", number));
}

bool has_answer(const Fd& socket) {
    pollfd wanted{socket.get(), POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
}

// What the others have asked was there first: a server that looks at them at all has answered them
// by the time that the first one has got its last answer.
void browse(const Address& server) {
    std::array<Fd, 6> sockets;
    for (Fd& socket : sockets) socket = connect_to(server);
    for (std::size_t number = 1; number < sockets.size(); ++number) ask(sockets[number], number);
    for (int clicks = 0; clicks < 20; ++clicks) {
        ask(sockets[0], 0);
        receive_some(sockets[0]);
    }
    int answered = 0;
    for (std::size_t number = 1; number < sockets.size(); ++number)
        if (has_answer(sockets[number])) ++answered;
    fmt::print("   the first connection: 20 answers\n");
    fmt::print("   the other five: {} have an answer\n", answered);
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    waymark::daemon::Children children;
    fmt::print("1. one connection after the other\n");
    Listener simple = listen_here();
    waymark::daemon::set_nonblocking(simple.fd(), false);
    children.start([&] { return serve_one_by_one(simple); });
    browse(simple.address());
    simple.close();
    fmt::print("2. an event loop\n");
    Listener listener = listen_here();
    const Address here = listener.address();
    children.start([&] { return serve_site(std::move(listener), std::chrono::seconds(10)); });
    listener.close();
    browse(here);
}
