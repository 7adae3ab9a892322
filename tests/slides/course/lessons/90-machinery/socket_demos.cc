// Servers and clients that go wrong, and what hands in frames and load, for the tests of the wide
// panes: each program does what its own name says. The client is a child; the two are in step by a
// pair of Unix sockets, not by a time.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "lessons/course/end_step.hh"
#include "lessons/course/hand_in_load.hh"

namespace {

using waymark::demo::end_step;

int must(int result, const char* call) {
    if (result != -1) return result;
    std::perror(call);
    std::exit(111);
}

struct Listener {
    int fd;
    sockaddr_in address;
};

Listener listen_on_loopback(int backlog) {
    Listener listener{must(::socket(AF_INET, SOCK_STREAM, 0), "socket"), {}};
    listener.address.sin_family = AF_INET;
    listener.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof listener.address;
    auto* const name = reinterpret_cast<sockaddr*>(&listener.address);
    must(::bind(listener.fd, name, size), "bind");
    must(::listen(listener.fd, backlog), "listen");
    must(::getsockname(listener.fd, name, &size), "getsockname");
    return listener;
}

int begin_to_connect(const sockaddr_in& address) {
    const int fd = must(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
    ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return fd;
}

void wait_for(int fd, short event) {
    pollfd wanted{fd, event, 0};
    ::poll(&wanted, 1, -1);
}

int connected(const sockaddr_in& address) {
    const int fd = begin_to_connect(address);
    wait_for(fd, POLLOUT);
    return fd;
}

// Who is connected may not be in the queue yet: on a busy machine the kernel comes to its last ACK
// later.
void wait_for_queue(int listener, unsigned count) {
    tcp_info info{};
    socklen_t size = sizeof info;
    while (::getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_unacked < count)
        ::sched_yield();
}

class Pair {
  public:
    Pair() { must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), "socketpair"); }
    void keep(int end) {
        ::close(ends_[static_cast<std::size_t>(1 - end)]);
        mine_ = ends_[static_cast<std::size_t>(end)];
    }
    void tell() { must(static_cast<int>(::write(mine_, "x", 1)), "write"); }
    // False at the end.
    bool hear() {
        char byte;
        return ::read(mine_, &byte, 1) == 1;
    }
    void close() { ::close(mine_); }

  private:
    std::array<int, 2> ends_{};
    int mine_ = -1;
};

// Four clients come to a listener that lets two wait, and nobody accepts.
int fill_backlog() {
    const Listener listener = listen_on_loopback(1);
    Pair pair;
    const pid_t client = must(::fork(), "fork");
    if (client == 0) {
        ::close(listener.fd);
        pair.keep(1);
        for (int i = 0; i < 2; ++i) connected(listener.address);
        pair.tell();
        pair.hear();
        for (int i = 0; i < 2; ++i) begin_to_connect(listener.address);
        pair.tell();
        pair.hear();
        return 0;
    }
    pair.keep(0);
    pair.hear();
    wait_for_queue(listener.fd, 2);
    pair.tell();
    pair.hear();
    std::printf("four clients, and nobody accepts\n");
    end_step();
    pair.close();
    ::waitpid(client, nullptr, 0);
    return 0;
}

// Three clients leave, and the server does not close; a fourth one does not read what it is sent.
int leak_and_stall() {
    const Listener listener = listen_on_loopback(8);
    Pair pair;
    const pid_t client = must(::fork(), "fork");
    if (client == 0) {
        ::close(listener.fd);
        pair.keep(1);
        for (int i = 0; i < 3; ++i) ::close(connected(listener.address));
        connected(listener.address);
        pair.hear();
        return 0;
    }
    pair.keep(0);
    char byte;
    for (int i = 0; i < 3; ++i) {
        const int leaver = must(::accept(listener.fd, nullptr, nullptr), "accept");
        while (::read(leaver, &byte, 1) > 0) {
        }
    }
    const int slow = must(::accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK), "accept4");
    const std::vector<char> much(64 * 1024);
    while (::send(slow, much.data(), much.size(), 0) > 0) {
    }
    std::printf("three have left, one does not read\n");
    end_step();
    pair.close();
    ::waitpid(client, nullptr, 0);
    return 0;
}

// Hands in a handshake that nobody has captured, as a capture would (slides/server/frame_inbox.hh).
int hand_in_frames() {
    const char* const path = std::getenv("WAYMARK_FRAMES");
    if (path == nullptr || *path == '\0') return 1;
    const int fd = must(::socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
    sockaddr_un inbox{};
    inbox.sun_family = AF_UNIX;
    std::snprintf(inbox.sun_path, sizeof inbox.sun_path, "%s", path);
    must(::connect(fd, reinterpret_cast<const sockaddr*>(&inbox), sizeof inbox), "connect");
    for (const std::string_view line :
         {"client > resolver who is server.example?", "resolver > client 192.0.2.7",
          "client x server SYN", "client > server SYN, once more", "server > client SYN and ACK",
          "client > server ACK", "this is no frame"})
        must(static_cast<int>(::send(fd, line.data(), line.size(), 0)), "send");
    ::close(fd);
    std::printf("six frames\n");
    end_step();
    return 0;
}

// Hands in four moments of a server that nobody has asked anything.
int hand_in_loads() {
    namespace demo = waymark::demo;
    demo::hand_in_load({.inside = 0, .waiting = 40});
    demo::hand_in_load({.inside = 40, .answer_us = 40'250});
    demo::hand_in_load({.inside = 0, .limit = 5, .waiting = 40});
    demo::hand_in_load({.inside = 5, .limit = 5, .refused = 35, .answer_us = 4'940});
    demo::hand_in("WAYMARK_LOAD", "this is no load");
    std::printf("four moments\n");
    end_step();
    return 0;
}

}  // namespace

int main(int, char** arguments) {
    const std::string_view path = arguments[0];
    switch (path[path.rfind('/') + 1]) {
        case 'd':
            return fill_backlog();
        case 'e':
            return leak_and_stall();
        case 'f':
            return hand_in_frames();
        case 'h':
            return hand_in_loads();
        default:
            return 2;
    }
}
