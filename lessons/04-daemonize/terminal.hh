// A terminal of the demo's own (pty(7)), so that a demo can close it whatever its output is
// connected to. What a terminal window does, without the window: it holds the master side, the
// programs that run in it have the other side.

#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"

class Terminal {
  public:
    Terminal()
        : window_(waymark::daemon::check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC),
                                         "posix_openpt")) {
        waymark::daemon::check(::unlockpt(window_.get()), "unlockpt");
        char name[64];
        if (::ptsname_r(window_.get(), name, sizeof name) == 0) name_ = name;
    }

    const std::string& name() const { return name_; }

    // The calling process leads a new session and has this terminal, as a shell in a new window;
    // its descriptor 0 is the terminal, too, and SIGHUP ends it: nohup(1) may have started us. To
    // be called in a child: who leads a group cannot.
    void become_its_shell() {
        ::signal(SIGHUP, SIG_DFL);
        waymark::daemon::check(::setsid(), "setsid");
        const waymark::daemon::Fd side(::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        waymark::daemon::check(::ioctl(side.get(), TIOCSCTTY, 0), "ioctl TIOCSCTTY", name_);
        waymark::daemon::check(::dup2(side.get(), STDIN_FILENO), "dup2");
        window_.reset();
    }

    // The window is closed: the kernel sends SIGHUP to who has this terminal (credentials(7)).
    void close() { window_.reset(); }

  private:
    waymark::daemon::Fd window_;
    std::string name_;
};

// Whether the calling process has a controlling terminal: /dev/tty is that one, or none (tty(4)).
inline bool has_terminal() {
    return static_cast<bool>(
        waymark::daemon::Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)));
}
