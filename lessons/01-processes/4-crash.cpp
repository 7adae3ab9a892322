// A crash in a child leaves its parent alive. The child writes to an address that is not its own,
// and the kernel kills it: it alone. The parent is told how the child ended, and starts another.
// That is the whole idea of a supervisor.
//
// Look at the words "killed by signal 11", and that the parent's number stays the same.

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "daemon/children.hh"
#include "daemon/signals.hh"

namespace {

using namespace waymark::daemon;

int crash() {
    const std::uintptr_t nobodys_address = 16;
    *reinterpret_cast<volatile int*>(nobodys_address) = 1;
    return 0;
}

unsigned seconds_of_service = 0;  // an argument makes them visible in `ps` and on the slide

// What the service does: it crashes the first time, and ends well the second.
int serve(int attempt) {
    const rlimit no_core_file{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core_file);
    fmt::print("   child {} serves\n", ::getpid());
    ::sleep(seconds_of_service);
    return attempt == 1 ? crash() : 0;
}

//#region restart
ExitStatus run_once(Children& children, SignalFlag& child_ended, int attempt) {
    children.start([attempt] { return serve(attempt); });
    while (true) {
        wait_for_signal(child_ended, Deadline::never());
        child_ended.take();  // before the look: what comes during it counts for the next
        for (const Children::Ended& child : children.reap()) return child.status;
    }
}
//#endregion restart

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count > 1) seconds_of_service = static_cast<unsigned>(std::atoi(arguments[1]));
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    SignalFlag child_ended;
    const ScopedSignalHandler handler(SIGCHLD, child_ended);
    Children children;
    for (int attempt = 1; attempt <= 2; ++attempt) {
        fmt::print("{}. parent {} starts a child\n", attempt, ::getpid());
        const ExitStatus status = run_once(children, child_ended, attempt);
        fmt::print("   parent {} lives; its child: {}\n", ::getpid(), status.describe());
        if (status.success()) break;
    }
}
