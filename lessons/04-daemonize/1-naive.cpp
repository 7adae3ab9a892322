// A server that was only put into the background, as `server &` does it: fork, and the parent ends.
// It still belongs to the session of the terminal that it was started in. Look at the table: same
// session, same terminal. Then the window is closed: the kernel sends SIGHUP to the shell, which
// leads the session, and when that ends, to all that ran in the foreground of the terminal.
//
// The terminal is the demo's own, so that yours stays open.

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/04-daemonize/terminal.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;

namespace {

void say(const char* who) {
    fmt::print("{:<16} pid {:>7}  session {:>7}  terminal: {}\n", who, ::getpid(), ::getsid(0),
               has_terminal() ? "yes" : "none");
    std::fflush(stdout);
}

//#region naive
// What many programs do when they are asked to run "in the background".
void go_into_the_background() {
    if (check(::fork(), "fork") != 0) ::_exit(0);
}
//#endregion naive

// The pipes between the demo and the processes that it starts.
struct Pipes {
    Pipe server = make_pipe();  // the server's process id
    Pipe prompt = make_pipe();  // a byte when the prompt is back
};

[[noreturn]] void run_the_command(const Pipes& pipes) {
    say("the command");
    go_into_the_background();
    say("the naive server");
    const pid_t pid = ::getpid();
    if (::write(pipes.server.writing.get(), &pid, sizeof pid) == -1) ::_exit(1);
    ::poll(nullptr, 0, 5000);  // serves, for five seconds at the most
    ::_exit(0);
}

[[noreturn]] void run_the_shell(Terminal& terminal, Pipes& pipes) {
    terminal.become_its_shell();
    say("the shell");
    const pid_t command = check(::fork(), "fork");
    if (command == 0) run_the_command(pipes);
    int status = 0;
    check(::waitpid(command, &status, 0), "waitpid");
    fmt::print("the command ended: {}; the prompt is back\n",
               ExitStatus::from_wait(status).describe());
    std::fflush(stdout);
    check(::write(pipes.prompt.writing.get(), "x", 1), "write");
    ::poll(nullptr, 0, 5000);  // waits for the next line to be typed
    ::_exit(0);
}

int wait_for(const char* who, pid_t pid) {
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    fmt::print("{:<16} pid {:>7}  {}\n", who, pid, ExitStatus::from_wait(status).describe());
    return status;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // the server's end is ours to see
    Terminal terminal;
    Pipes pipes;
    const pid_t shell = check(::fork(), "fork");
    if (shell == 0) run_the_shell(terminal, pipes);
    pid_t server = 0;
    char byte = 0;
    check(::read(pipes.server.reading.get(), &server, sizeof server), "read");
    check(::read(pipes.prompt.reading.get(), &byte, 1), "read");
    time_to_look();
    fmt::print("\n--- the window of {} is closed ---\n\n", terminal.name());
    std::fflush(stdout);
    terminal.close();
    wait_for("the shell", shell);
    return ExitStatus::from_wait(wait_for("the naive server", server)).killed() ? 0 : 1;
}
