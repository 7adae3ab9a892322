#include "slides/server/terminal.hh"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

// What a line of a demo may have. A pane has fewer columns, and breaks it where the eye sees it.
constexpr winsize kSize{.ws_row = 24, .ws_col = 70, .ws_xpixel = 0, .ws_ypixel = 0};

// Line ends as the programs write them: a page needs no carriage returns.
void leave_line_ends(const daemon::Fd& terminal) {
    termios settings{};
    daemon::check(::tcgetattr(terminal.get(), &settings), "tcgetattr");
    settings.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
    daemon::check(::tcsetattr(terminal.get(), TCSANOW, &settings), "tcsetattr");
}

}  // namespace

Terminal open_terminal() {
    Terminal terminal;
    const int kind = O_RDWR | O_NOCTTY | O_CLOEXEC;
    terminal.screen = daemon::Fd(daemon::check(::posix_openpt(kind | O_NONBLOCK), "posix_openpt"));
    daemon::check(::grantpt(terminal.screen.get()), "grantpt");
    daemon::check(::unlockpt(terminal.screen.get()), "unlockpt");
    std::array<char, 64> name{};
    const int error = ::ptsname_r(terminal.screen.get(), name.data(), name.size());
    if (error != 0) daemon::fail(error, "ptsname_r");
    terminal.programs = daemon::Fd(daemon::check(::open(name.data(), kind), "open", name.data()));
    leave_line_ends(terminal.programs);
    daemon::check(::ioctl(terminal.programs.get(), TIOCSWINSZ, &kSize), "ioctl TIOCSWINSZ");
    return terminal;
}

void enter_terminal(const daemon::Fd& programs) {
    daemon::check(::setsid(), "setsid");
    daemon::check(::ioctl(programs.get(), TIOCSCTTY, 0), "ioctl TIOCSCTTY");
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        daemon::check(::dup2(programs.get(), number), "dup2");
}

}  // namespace waymark::slides
