#include "session_terminal.hh"

#include <fcntl.h>

#include <csignal>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::tracker {

bool lives_with_terminal() {
    struct sigaction inherited {};
    daemon::check(::sigaction(SIGHUP, nullptr, &inherited), "sigaction");
    const daemon::Fd terminal(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
    return terminal && inherited.sa_handler != SIG_IGN;
}

}  // namespace waymark::tracker
