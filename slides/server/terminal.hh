// A terminal for a program that is shown on a slide (pty(7)). Into a pipe the C library writes in
// blocks of 4 KB, so nothing would be seen until the program ends; into a terminal it writes line
// by line. And what a lesson says about terminals (sessions, SIGHUP, Ctrl-C) is true in it.

#pragma once

#include <string>

#include "daemon/fd.hh"

namespace waymark::slides {

struct Terminal {
    daemon::Fd screen;    // our side: reads what programs write; non-blocking
    daemon::Fd programs;  // the programs' side: their standard input, output and error
};

// Throws std::system_error.
Terminal open_terminal();

// In a child that was just forked: begins a session, makes `programs` its controlling terminal and
// its descriptors 0 to 2 (setsid(2), TIOCSCTTY in ioctl_tty(2)). Throws std::system_error.
void enter_terminal(const daemon::Fd& programs);

}  // namespace waymark::slides
