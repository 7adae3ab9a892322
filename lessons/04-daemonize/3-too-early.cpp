// The command that says "started" too early: its parent ends right after the fork, while the server
// still has 0.4 seconds of work before it can be used. Look at the order of the lines: the command
// ends with 0, and the client that comes next is refused. Then a second server is started: it
// cannot run beside the first, and its command ends with 0 all the same.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <optional>
#include <string>
#include <system_error>

#include "daemon/children.hh"
#include "lessons/04-daemonize/slow_server.hh"
#include "lessons/course/end_step.hh"

using namespace waymark::daemon;

namespace {

//#region too-early
void daemonize_too_early() {
    if (check(::fork(), "fork") != 0) ::_exit(0);  // "started": is it?  //@ 1
    check(::setsid(), "setsid");                   //@ 2..
    if (check(::fork(), "fork") != 0) ::_exit(0);  //@ ..2
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));     //@ 3..
    for (int number = 0; number <= 2; ++number) check(::dup2(null.get(), number), "dup2");  //@ ..3
}
//#endregion too-early

// A client is quicker than the server is ready: always here, often in life.
std::optional<Pipe> first_client = make_pipe();  // its end: the client has been there

void wait_for_the_first_client() {
    if (!first_client) return;
    char none = 0;
    first_client->writing.reset();
    (void)!::read(first_client->reading.get(), &none, 1);
}

int run_the_command(const SocketName& name) {
    daemonize_too_early();
    try {
        wait_for_the_first_client();
        const Fd listener = start_slowly(name);
        serve_one(listener);
        return 0;
    } catch (const std::system_error& error) {
        fmt::print(stderr, "server: {}\n", error.what());  // to /dev/null
        return kExitSystem;
    }
}

constexpr int kMostLooks = 100;  // five seconds

// The first one ends later, when its client hangs up.
void wait_for_the_second_server() {
    int status = 0;
    pid_t pid = 0;
    do pid = ::waitpid(-1, &status, 0);  // the one between the two forks ends with 0
    while (pid > 0 && ExitStatus::from_wait(status).success());
    fmt::print("    a server (pid {}) ended later, unheard: {}\n", pid,
               ExitStatus::from_wait(status).describe());
}

}  // namespace

int main() {
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // the servers' ends are ours to see
    const SocketName name(fmt::format("waymark-too-early-{}", ::getpid()));
    start_from_the_shell(run_the_command, name);
    std::string answer;
    Fd connection = call_server(name, answer);
    fmt::print("$ client\n    {}\n\n", answer);
    waymark::demo::end_step();
    first_client.reset();
    for (int look = 0; !connection && look < kMostLooks; ++look) {  // it comes in its own time
        ::poll(nullptr, 0, 50);
        connection = call_server(name, answer);
    }
    fmt::print("(half a second later the client hears: {})\n\n", answer);
    waymark::demo::end_step();
    start_from_the_shell(run_the_command, name);
    wait_for_the_second_server();
    waymark::demo::end_step();
    connection.reset();
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    return 0;
}
