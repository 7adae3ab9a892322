// The readiness pipe: the parent ends when the server says that it can be used, and not before.
// Look at the order of the lines: the command ends after "ready", and the client is served at once.
// The second server cannot run beside the first; now its command says so and does not end with 0.
//
// One byte means "up". The end of the pipe without a byte means that the server is gone: nobody has
// to write anything for that, because the kernel closes what a dead process had open.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>
#include <system_error>

#include "daemon/children.hh"
#include "lessons/04-daemonize/slow_server.hh"
#include "lessons/course/end_step.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;

namespace {

// Returns in the daemon, with the end of the pipe that it says "up" into.
//#region readiness-pipe
Fd daemonize_and_wait() {
    Pipe ready = make_pipe();  //@ 1
    if (check(::fork(), "fork") != 0) {
        ready.writing.reset();  // else the end of the pipe could never come  //@ 2
        char byte = 0;
        const bool up = ::read(ready.reading.get(), &byte, 1) == 1;  //@ 3..
        ::_exit(up ? kExitOk : kExitSystem);                         //@ ..3
    }
    check(::setsid(), "setsid");
    if (check(::fork(), "fork") != 0) ::_exit(0);
    return std::move(ready.writing);
}

void say_ready(Fd& ready) {
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));  //@ 4..
    for (int number = 0; number <= 2; ++number) check(::dup2(null.get(), number), "dup2");
    if (::write(ready.get(), "1", 1) == 1) ready.reset();  //@ ..4
}
//#endregion readiness-pipe

int run_the_command(const SocketName& name) {
    Fd ready = daemonize_and_wait();
    waymark::demo::end_step();  // the command waits at the pipe
    try {
        const Fd listener = start_slowly(name);
        fmt::print("    server: listening, ready\n");
        std::fflush(stdout);
        say_ready(ready);
        serve_one(listener);
        return 0;
    } catch (const std::system_error& error) {
        fmt::print("    server: {}\n", error.what());
        std::fflush(stdout);
        return kExitSystem;
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    const SocketName name(fmt::format("waymark-ready-{}", ::getpid()));
    start_from_the_shell(run_the_command, name);
    std::string answer;
    Fd connection = call_server(name, answer);
    fmt::print("$ client\n    {}\n\n", answer);
    time_to_look();
    start_from_the_shell(run_the_command, name);
    time_to_look();
    connection.reset();
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    return 0;
}
