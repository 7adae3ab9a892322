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
#include <functional>

#include "daemon/children.hh"
#include "daemon/signals.hh"
#include "lessons/course/time_to_look.hh"

namespace {

using namespace waymark::daemon;
using waymark::demo::TimeToLook;

int crash() {
    volatile std::uintptr_t nobodys_address = 16;  // else the compiler sees it, and warns
    *reinterpret_cast<volatile int*>(nobodys_address) = 1;
    return 0;
}

// What the service does: it crashes the first time, and ends well the second.
int serve(int attempt, const TimeToLook& time_to_look) {
    const rlimit no_core_file{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core_file);
    fmt::print("   child {} serves\n", ::getpid());
    time_to_look();
    return attempt == 1 ? crash() : 0;
}

//#region restart
ExitStatus run_once(Children& children, SignalFlag& child_ended,
                    const std::function<int()>& serve) {
    children.start(serve);
    while (true) {
        wait_for_signal(child_ended, Deadline::never());
        child_ended.take();  // before the look: what comes during it counts for the next
        for (const Children::Ended& child : children.reap()) return child.status;
    }
}
//#endregion restart

}  // namespace

int main(int argument_count, char** arguments) {
    const TimeToLook time_to_look(argument_count, arguments);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    SignalFlag child_ended;
    const ScopedSignalHandler handler(SIGCHLD, child_ended);
    Children children;
    for (int attempt = 1; attempt <= 2; ++attempt) {
        fmt::print("{}. parent {} starts a child\n", attempt, ::getpid());
        const ExitStatus status =
            run_once(children, child_ended, [&] { return serve(attempt, time_to_look); });
        fmt::print("   its child: {}\n   parent {} lives\n", status.describe(), ::getpid());
        time_to_look();
        if (status.success()) break;
    }
}
