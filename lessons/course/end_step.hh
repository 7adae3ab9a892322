// The end of a step in a demo. On a slide the run stands still here until the speaker presses Next,
// so that everybody sees what the step has made: zombies, threads that sleep, a lock that is held.
// In a terminal the demo runs on.
//
// The slide's keeper listens at the socket that WAYMARK_STEPS names (unix(7)). A step connects to it
// and reads until the end of the connection: that is Next, or the keeper is gone. Nothing is sent,
// and between two steps no descriptor is open that a picture of the demo would show.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace waymark::demo {

// False if nobody listens there: the demo was not started from a slide.
inline bool wait_for_next(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(path) >= sizeof address.sun_path) return false;
    std::strcpy(address.sun_path, path);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket == -1) return false;
    const bool heard =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    char byte;
    ssize_t length = heard ? 1 : 0;
    while (length > 0 || (length == -1 && errno == EINTR)) length = ::read(socket, &byte, 1);
    ::close(socket);
    return heard;
}

// True if somebody has looked. What was printed is written first: it is what they look at.
inline bool end_step() {
    std::fflush(stdout);
    const char* const path = std::getenv("WAYMARK_STEPS");
    return path != nullptr && wait_for_next(path);
}

}  // namespace waymark::demo
