// For the demos of the alarm: a child that connects, and is ended when its alarm must have come
// long ago. The demo itself goes on, whatever becomes of the connect.

#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "lessons/course/end_step.hh"

namespace waymark::demo {

// `connect` runs in the child. After three seconds `still_there` is called with its number.
template <typename Connect, typename StillThere>
void connect_in_a_child(const char* what, Connect connect, StillThere still_there) {
    std::printf("%s\n", what);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        connect();
        std::fflush(stdout);
        ::_exit(0);
    }
    bool ended = false;
    for (int looks = 0; looks < 30 && !ended; ++looks) {
        ::poll(nullptr, 0, 100);
        ended = ::waitpid(pid, nullptr, WNOHANG) == pid;
    }
    if (!ended) still_there(pid);
    end_step();
    if (ended) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    std::puts("   ended it with SIGKILL");
}

}  // namespace waymark::demo
