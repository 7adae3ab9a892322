// A frame for the sequence diagram on a demo's slide (slides/README.md, "Frames"). In a terminal,
// and on a slide that shows no frames, nothing happens.
//
// What is handed in was seen on a network: a picture that the demo makes up would teach what the
// demo believes.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace waymark::demo {

enum class Frame { arrived, lost };

// `from` and `to` without blanks; `what` in a few words. The slide takes 500 frames of a run.
inline void hand_in_frame(const std::string& from, const std::string& to, const std::string& what,
                          Frame frame = Frame::arrived) {
    const char* const path = std::getenv("WAYMARK_FRAMES");
    sockaddr_un inbox{};
    if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof inbox.sun_path) return;
    inbox.sun_family = AF_UNIX;
    std::strcpy(inbox.sun_path, path);
    const std::string line = from + (frame == Frame::lost ? " x " : " > ") + to + " " + what;
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket == -1) return;
    // Waits while the slide's queue is full; whoever is not there any more is no reason to fail.
    (void)::sendto(socket, line.data(), line.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&inbox), sizeof inbox);
    ::close(socket);
}

}  // namespace waymark::demo
