// The end of a step for a child that has given root away: the slide's socket (end_step.hh) belongs
// to root, and is not open to it any more, so the run would not stand still. The child asks its
// parent, which ends the step in its place, and waits meanwhile, so that it is there to be looked
// at.

#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/fd.hh"

namespace waymark::demo {

// Made before the fork; the parent calls follow(), the child end_step().
class ChildSteps {
  public:
    // Calls `look` at the end of each of the child's steps, and comes back when the child is gone.
    template <typename Look>
    void follow(Look look) {
        ends_.second.reset();
        char byte;
        while (::read(ends_.first.get(), &byte, 1) == 1) {
            look();
            if (::send(ends_.first.get(), &byte, 1, MSG_NOSIGNAL) != 1) return;
        }
    }

    // Comes back when the parent has looked, or is gone.
    void end_step() {
        std::fflush(stdout);
        ends_.first.reset();
        char byte = 0;
        if (::send(ends_.second.get(), &byte, 1, MSG_NOSIGNAL) == 1)
            (void)!::read(ends_.second.get(), &byte, 1);
    }

  private:
    daemon::SocketPair ends_ = daemon::make_socket_pair(SOCK_STREAM);
};

}  // namespace waymark::demo
